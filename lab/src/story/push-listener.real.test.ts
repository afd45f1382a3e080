import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { git, gitWith } from "../runner/load/git.ts";
import { listenForPushes, type Push, type PushHandlers, type PushListener } from "./push-listener.ts";
import { createScratchRepository, gitDirectoryIn } from "./scratch-repository.ts";

let directory: string;
let project: string;
let listener: PushListener;
const pushes: Push[] = [];
const author = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
beforeEach(async () => {
  pushes.length = 0;
  directory = await mkdtemp(join(tmpdir(), "push-test-"));
  project = join(directory, "project");
  await mkdir(project);
  await git(project, "init", "--quiet", "--initial-branch", "trunk");
  await writeFile(join(project, "file"), "1");
  await git(project, "add", "file");
  await git(project, ...author, "commit", "--quiet", "-m", "First");
  listener = await listenForPushes(directory, handlers);
});
afterEach(async () => {
  await listener.close();
  await rm(directory, { recursive: true, force: true });
});

const handlers: PushHandlers = {
  async check({ commit, options }, variables) {
    const read = (...command: string[]) => gitWith(variables, gitDirectoryIn(directory), ...command);
    if (options.includes("bad=option"))
      throw new Error(`bad option, ${await read("show", `${commit}:file`)}`);
  },
  onPush(push) {
    pushes.push(push);
    return `heard of ${push.ref}`;
  },
};

it("sees each push to the scratch repository, for any branch of the project", async () => {
  const repository = await createScratchRepository(project, directory, listener.hooks);
  expect(repository.subject).toBe("First");
  expect(pushes).toEqual([]);
  await repository.push();
  const second = await repository.commit({ message: "Second", path: "file", edit: () => "2" });
  await repository.push();
  expect(pushes).toEqual([
    { commit: repository.head, ref: "refs/heads/main", options: [] },
    { commit: second, ref: "refs/heads/main", options: [] },
  ]);
});

it("sees the options of a push, also when the repository has the commit already", async () => {
  const { gitDirectory, head } = await createScratchRepository(project, directory, listener.hooks);
  await git(project, "push", "--quiet", gitDirectory, "HEAD:main");
  const options = ["workflow=a.yml", "note=`$(touch hacked)` 'x' \"y\""];
  await git(
    project,
    "push",
    "--quiet",
    gitDirectory,
    "HEAD:main",
    ...options.flatMap((text) => ["-o", text]),
  );
  expect(pushes).toEqual([
    { commit: head, ref: "refs/heads/main", options: [] },
    { commit: head, ref: "refs/heads/main", options },
  ]);
});

it("refuses a push before it changes anything, and reads the commit that is not there yet", async () => {
  const { gitDirectory } = await createScratchRepository(project, directory, listener.hooks);
  // The rehearsal's repository reads the objects of the project, not those of another clone.
  const clone = join(directory, "clone");
  await git(directory, "clone", "--quiet", project, clone);
  await writeFile(join(clone, "file"), "new text");
  await git(clone, ...author, "commit", "--quiet", "--all", "-m", "Second");
  const commit = await git(clone, "rev-parse", "HEAD");
  await expect(git(clone, "push", gitDirectory, "HEAD:main", "-o", "bad=option")).rejects.toThrow(
    "remote: bad option, new text",
  );
  expect(pushes).toEqual([]);
  await expect(git(gitDirectory, "cat-file", "-e", `${commit}^{commit}`)).rejects.toThrow();
});

it("applies each change to the file of the project, including earlier changes", async () => {
  const repository = await createScratchRepository(project, directory, listener.hooks);
  const add = (text: string) => (original: string, current: string) => `${current}, ${original} and ${text}`;
  await repository.commit({ message: "Second", path: "file", edit: add("2") });
  await repository.commit({ message: "Third", path: "file", edit: add("3") });
  expect(await readFile(join(repository.workDirectory, "file"), "utf8")).toBe("1, 1 and 2, 1 and 3");
});

it("accepts commits of a clone without history", async () => {
  const shallow = join(directory, "shallow");
  await git(project, ...author, "commit", "-q", "--allow-empty", "-m", "x");
  await git(directory, "clone", "--quiet", "--depth", "1", `file://${project}`, shallow);
  const repository = await createScratchRepository(shallow, directory, listener.hooks);
  await repository.push();
  expect(pushes).toHaveLength(1);
});

it("sees pushes when Node is in a folder whose name has blanks and quotes", async () => {
  const { execPath } = process;
  const folder = join(directory, "für mich's");
  await mkdir(folder);
  await symlink(execPath, join(folder, "node"));
  process.execPath = join(folder, "node");
  const quoted = await listenForPushes(folder, handlers);
  process.execPath = execPath;
  const repository = await createScratchRepository(project, folder, quoted.hooks);
  await repository.push();
  await quoted.close();
  expect(pushes).toHaveLength(1);
});

it("reports that it needs a commit", async () => {
  const empty = join(directory, "empty");
  await mkdir(empty);
  await expect(createScratchRepository(empty, directory, listener.hooks)).rejects.toThrow(
    "is not a git repository with a commit; the lab deploys commits",
  );
});
