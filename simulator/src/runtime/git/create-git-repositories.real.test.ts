import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readZip } from "../zip-archive.ts";
import { createGitRepositories } from "./create-git-repositories.ts";
import type { GitRepositories } from "./git-repositories.ts";
import { commitFiles } from "./repository.support.ts";

let directory: string;
let git: GitRepositories;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "git-repositories-"));
  git = createGitRepositories({ directory });
  await git.create("one");
});
afterEach(async () => {
  await git.close();
  await rm(directory, { recursive: true, force: true });
});

it("a new repository has no branch, later it lists the commit of each", async () => {
  expect(await git.branches("one")).toEqual(new Map());
  const dev = await commitFiles(git, "one", "dev", { "a.txt": "1" });
  const feature = await commitFiles(git, "one", "feature/é", { "a.txt": "2" });
  expect(await git.branches("one")).toEqual(
    new Map([
      ["dev", dev],
      ["feature/é", feature],
    ]),
  );
});

it("a commit becomes a zip archive of its files", async () => {
  const first = await commitFiles(git, "one", "dev", {
    "taskdef.json": "{}",
    "infra/appspec.yaml": "version: 0.0",
  });
  await commitFiles(git, "one", "dev", { "taskdef.json": "changed" });
  const files = readZip(await git.archive("one", first));
  expect(files.map(({ path, content }) => [path, content.toString()])).toEqual([
    ["infra/appspec.yaml", "version: 0.0"],
    ["taskdef.json", "{}"],
  ]);
});

it("an archive ignores .gitattributes", async () => {
  const attributes = "a.txt export-ignore\nb.txt export-subst";
  const commit = await commitFiles(git, "one", "dev", {
    ".gitattributes": attributes,
    "a.txt": "1",
    "b.txt": "$Format:%H$",
  });
  const files = readZip(await git.archive("one", commit));
  expect(files.map(({ path, content }) => [path, content.toString()])).toEqual([
    [".gitattributes", attributes],
    ["a.txt", "1"],
    ["b.txt", "$Format:%H$"],
  ]);
});

it.each(["0".repeat(40), "dev", "--output=/dev/null"])("refuses an archive of %s", async (commit) => {
  await expect(git.archive("one", commit)).rejects.toThrow(/not a valid object name|bad revision|not a tree/);
});

it("a removed repository is gone", async () => {
  await git.remove("one");
  await expect(git.branches("one")).rejects.toThrow("not a git repository");
});
