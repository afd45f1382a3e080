import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { git } from "../runner/git.ts";
import { listenForPushes, type Push, type PushListener } from "./push-listener.ts";
import { createScratchRepository } from "./scratch-repository.ts";

let directory: string;
let project: string;
let listener: PushListener;
const pushes: Push[] = [];
beforeEach(async () => {
  pushes.length = 0;
  directory = await mkdtemp(join(tmpdir(), "push-test-"));
  project = join(directory, "project");
  await mkdir(project);
  await git(project, "init", "--quiet", "--initial-branch", "trunk");
  await writeFile(join(project, "file"), "1");
  await git(project, "add", "file");
  await git(
    project,
    "-c",
    "user.name=T",
    "-c",
    "user.email=t@example.com",
    "commit",
    "--quiet",
    "-m",
    "First",
  );
  listener = await listenForPushes(directory, (push) => {
    pushes.push(push);
    return `heard of ${push.ref}`;
  });
});
afterEach(async () => {
  await listener.close();
  await rm(directory, { recursive: true, force: true });
});

it("sees each push to the scratch repository, for any branch of the project", async () => {
  const repository = await createScratchRepository(project, directory, listener.hook);
  expect(repository.subject).toBe("First");
  expect(pushes).toEqual([]);
  await repository.push();
  const second = await repository.commit({ message: "Second", path: "file", edit: () => "2" });
  await repository.push();
  expect(pushes).toEqual([
    { before: "0".repeat(40), after: repository.head, ref: "refs/heads/main" },
    { before: repository.head, after: second, ref: "refs/heads/main" },
  ]);
});

it("applies each change to the file of the project, including earlier changes", async () => {
  const repository = await createScratchRepository(project, directory, listener.hook);
  const add = (text: string) => (original: string, current: string) => `${current}, ${original} and ${text}`;
  await repository.commit({ message: "Second", path: "file", edit: add("2") });
  await repository.commit({ message: "Third", path: "file", edit: add("3") });
  expect(await readFile(join(repository.workDirectory, "file"), "utf8")).toBe("1, 1 and 2, 1 and 3");
});

it("accepts commits of a clone without history", async () => {
  const shallow = join(directory, "shallow");
  await git(
    project,
    "-c",
    "user.name=T",
    "-c",
    "user.email=t@example.com",
    "commit",
    "-q",
    "--allow-empty",
    "-m",
    "x",
  );
  await git(directory, "clone", "--quiet", "--depth", "1", `file://${project}`, shallow);
  const repository = await createScratchRepository(shallow, directory, listener.hook);
  await repository.push();
  expect(pushes).toHaveLength(1);
});

it("sees pushes when Node is in a folder whose name has blanks and quotes", async () => {
  const { execPath } = process;
  const folder = join(directory, "für mich's");
  await mkdir(folder);
  await symlink(execPath, join(folder, "node"));
  process.execPath = join(folder, "node");
  const quoted = await listenForPushes(folder, (push) => `heard of ${pushes.push(push)}`);
  process.execPath = execPath;
  const repository = await createScratchRepository(project, folder, quoted.hook);
  await repository.push();
  await quoted.close();
  expect(pushes).toHaveLength(1);
});

it("reports that it needs a commit", async () => {
  const empty = join(directory, "empty");
  await mkdir(empty);
  await expect(createScratchRepository(empty, directory, listener.hook)).rejects.toThrow(
    "is not a git repository with a commit; the lab deploys commits",
  );
});
