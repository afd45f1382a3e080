import { basename } from "node:path";
import { Refusal } from "@ecs-delivery/program/command-line";
import { git } from "../runner/load/git.ts";
import type { Workflow } from "../runner/load/workflow.ts";
import { requireCommit } from "../story/check-before-start.mjs";
import { type ReadGit, readFileOf, workflowFiles } from "../story/manual-runs.ts";

export interface Workflows {
  /** Workflows of a commit, by path. */
  workflows: ReadonlyMap<string, Workflow>;
  /** Workflows that GitHub or the runner does not accept, and why, with file and line. */
  refused: ReadonlyMap<string, string>;
}

export interface Repository extends Workflows {
  /** Top folder of the clone. */
  folder: string;
  /** `owner/name`, as on GitHub; `rehearsal/FOLDER` for a clone of no repository there. */
  name: string;
  head: string;
  subject: string;
  /** Branch that is checked out; undefined for a detached commit. */
  branch: string | undefined;
  /** Sentences: what the commit lacks. */
  warnings: string[];
}

/** Reads the repository around a folder. Throws a Refusal for one whose last commit has no workflow. */
export async function readRepository(directory: string): Promise<Repository> {
  const folder = await git(directory, "rev-parse", "--show-toplevel").catch(() => directory);
  requireCommit(folder);
  const read = (...command: string[]) => git(folder, ...command);
  const head = await read("rev-parse", "HEAD");
  const { workflows, refused } = await readWorkflows(read, head);
  if (workflows.size + refused.size === 0)
    throw new Refusal(
      `${folder} has no workflow in its last commit: no file .github/workflows/*.yml or *.yaml. Fix: commit one; "ecs-delivery init" writes one for an ECS service`,
    );
  const origin = await read("config", "--get", "remote.origin.url").catch(() => "");
  const [, onGitHub] = /github\.com[:/]+([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(origin) ?? [];
  return {
    ...{ folder, head, workflows, refused },
    name: onGitHub ?? `rehearsal/${basename(folder).replace(/[^\w.-]+/g, "-")}`,
    subject: await read("log", "-1", "--format=%s"),
    branch: await read("symbolic-ref", "--quiet", "--short", "HEAD").catch(() => undefined),
    warnings: await warningsOf(read),
  };
}

/** Reads the workflow files of a commit; what they call is not read. */
export async function readWorkflows(read: ReadGit, commit: string): Promise<Workflows> {
  const workflows = new Map<string, Workflow>();
  const refused = new Map<string, string>();
  for (const file of await workflowFiles(read, commit)) {
    const path = `.github/workflows/${file}`;
    const keep = (workflow: Workflow) => workflows.set(path, workflow);
    await readFileOf(read, commit, file).then(keep, (error: Error) => refused.set(path, error.message));
  }
  return { workflows, refused };
}

async function warningsOf(read: ReadGit): Promise<string[]> {
  const lines = async (...command: string[]) =>
    (await read(...command).catch(() => "")).split("\n").filter((line) => line !== "");
  const changes = await lines("status", "--porcelain");
  const submodules = (await lines("ls-tree", "-r", "HEAD")).filter((line) => line.startsWith("160000 "));
  const attributes = ["--", ".gitattributes", "**/.gitattributes"];
  const large = await lines("grep", "-hE", "filter=lfs", "HEAD", ...attributes);
  const plural = (count: number, one: string, many: string) =>
    count === 1 ? `1 ${one}` : `${count} ${many}`;
  return [
    ...(changes.length > 0
      ? [
          `${plural(changes.length, "uncommitted change is", "uncommitted changes are")} not rehearsed; only the last commit is`,
        ]
      : []),
    ...(submodules.length > 0
      ? [`the folders of submodules are empty: ${submodules.map((line) => line.split("\t")[1]).join(", ")}`]
      : []),
    ...(large.length > 0
      ? [
          `files that Git LFS keeps are here as pointers of three lines, without their content: ${large.map((line) => line.split(/\s/)[0]).join(", ")}`,
        ]
      : []),
  ];
}
