import { globSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunnerOptions } from "@ecs-delivery/lab/runner/jobs/run-context";
import { git } from "@ecs-delivery/lab/runner/load/git";
import type { RunResult } from "@ecs-delivery/lab/runner/result";
import { createTestRepository, type TestRepository } from "@ecs-delivery/lab/runner/test-repository.support";
import type { ExampleAccount } from "./account.support.ts";

const root = join(import.meta.dirname, "..");

/** Commits the files of this checkout as they are now, bundles included, to a repository with the tag `v1`. */
export async function createMirror(directory: string): Promise<string> {
  const mirror = join(directory, "ecs-delivery");
  await mkdir(mirror);
  await git(mirror, "init", "--quiet", "--initial-branch", "main");
  // Each repository of a test fetches all of it: to make the pack smaller takes longer than to copy it.
  await git(mirror, "config", "pack.window", "0");
  await git(mirror, "config", "pack.compression", "1");
  const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  const ofRoot = ["--git-dir", join(mirror, ".git"), "--work-tree", root];
  const paths = ["action.yml", "actions", ".github/workflows", "scripts"];
  await git(root, ...ofRoot, "add", "--", ...paths);
  await git(mirror, ...author, "commit", "--quiet", "-m", "Release");
  await git(mirror, "tag", "v1");
  return mirror;
}

interface Example extends Partial<Pick<RunnerOptions, "github" | "secrets" | "environment">> {
  mirror: string;
  account: ExampleAccount;
  workflow: string;
  /** Changes the text of each file. */
  edit?: (text: string) => string;
}

/** A repository with the files of an example, whose workflows use `OWNER/ecs-delivery` from the mirror. */
export async function createExample(
  name: string,
  { mirror, account, workflow, edit = (text) => text, environment, ...options }: Example,
): Promise<TestRepository> {
  const folder = join(root, "examples", name);
  const paths = globSync(["{**,.github/**}/*", ".dockerignore"], { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const read = async (path: string) => settleSoon(edit(await readFile(join(folder, path), "utf8")));
  const files = paths.map(async (path) => [path, await read(path)] as const);
  return createTestRepository(Object.fromEntries(await Promise.all(files)), {
    workflow: `.github/workflows/${workflow}`,
    mirrors: { "OWNER/ecs-delivery": mirror },
    environment: { ...account.environment, ...environment },
    issuer: account.issuer,
    vars: account.variables,
    ...options,
  });
}

/** Errors and warnings. */
export const errors = ({ jobs }: RunResult) =>
  jobs.flatMap(({ annotations }) => annotations.filter(({ level }) => level !== "notice"));

export const readPage = async (address: string) => (await fetch(address)).text();

/** A step of an example waits for a minute of real time whether its tasks stay up; the tests do not. */
function settleSoon(text: string): string {
  return text.replace(/(uses: \S+\/actions\/deploy-service@v1\n +with:)(\n +)/g, "$1$2settle-for: 1s$2");
}
