import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it } from "vitest";
import { git } from "../runner/load/git.ts";
import { commitFiles } from "../runner/test-repository.support.ts";

const main = join(import.meta.dirname, "../../../cli/src/main.ts");
const folder = useFolder();
const workflow = ".github/workflows/a.yml";
const good = "on: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }\n";

it.each([
  ["has no commit", undefined, [], "has no commit, and the lab deploys commits. Fix: git add"],
  [
    "has no workflow",
    { a: "" },
    [],
    'no file .github/workflows/*.yml or *.yaml. Fix: commit one; "ecs-delivery',
  ],
  [
    "has a workflow that cannot be read",
    { [workflow]: "on: push\njobs: 3\n" },
    [],
    "a.yml (Line: 2, Col: 7)",
  ],
  [
    "has an export of another version",
    { [workflow]: good },
    ["--account", "VERSION"],
    "is an export of version 9",
  ],
  ["has no export", { [workflow]: good }, ["--account", "x.json"], '"x.json" does not exist'],
  ["gets no answer", { [workflow]: good }, ["--port", "0", "--listener-offset", "23900"], "then add --yes"],
])("refuses to start where a repository %s", async (name, files, options, message) => {
  const cwd = join(folder, `Bäckerei ${name}`);
  await mkdir(cwd);
  await writeFile(join(folder, "export.json"), '{ "version": 9 }');
  await git(cwd, "init", "--quiet", "--initial-branch", "main");
  if (files) await commitFiles(cwd, files);
  const argv = [main, "lab", "--once", ...options].map((word) => word.replace("VERSION", "../export.json"));
  const [code, output] = await new Promise<[unknown, string]>((resolve) => {
    const child = execFile(process.execPath, argv, { cwd }, (error, _, stderr) =>
      resolve([error?.code, stderr]),
    );
    child.stdin?.end();
  });
  expect(output.replace(/\s+/g, " ")).toContain(message);
  expect(code).toBe(2);
});
