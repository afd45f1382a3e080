import { expect, it, test } from "vitest";
import { methodName } from "../../kit/operation-names.ts";
import { readRefusals } from "../refusals.support.ts";
import { withRepository } from "./repository.support.ts";

test("a repository is created, described, renamed and deleted", async () => {
  const { call } = await withRepository();
  const { repositoryMetadata } = await call("getRepository", { repositoryName: "deployment" });
  expect(repositoryMetadata).toMatchObject({
    Arn: "arn:aws:codecommit:us-east-1:123456789012:deployment",
    repositoryDescription: "files",
    cloneUrlHttp: "http://127.0.0.1:4566/v1/repos/deployment",
    defaultBranch: undefined,
  });
  await call("updateRepositoryDescription", { repositoryName: "deployment", repositoryDescription: "" });
  await call("updateRepositoryName", { oldName: "deployment", newName: "microservices" });
  const { repositories } = await call("listRepositories", {});
  expect(repositories).toMatchObject([{ repositoryName: "microservices" }]);
  const { repositoryId } = repositoryMetadata;
  expect(await call("deleteRepository", { repositoryName: "microservices" })).toEqual({ repositoryId });
  expect(await call("deleteRepository", { repositoryName: "microservices" })).toEqual({});
});

const dev = { repositoryName: "deployment", branchName: "dev" };
const bytes = (text: string) => new TextEncoder().encode(text);

/** The branch `dev` with two files, the second in a folder. */
async function withFiles() {
  const repository = await withRepository();
  const { call } = repository;
  const first = await call("createCommit", {
    ...dev,
    putFiles: [{ filePath: "a.txt", fileContent: bytes("1") }],
  });
  const second = await call("createCommit", {
    ...dev,
    putFiles: [{ filePath: "folder/run é.sh", fileMode: "EXECUTABLE", fileContent: bytes("#!/bin/sh") }],
    parentCommitId: first.commitId,
    authorName: "Ada",
    email: "ada@example.com",
    commitMessage: "Add a program",
  });
  return { ...repository, first, tip: second.commitId as string };
}

it("the first file creates the branch, which becomes the default one; a later one is added to its tip", async () => {
  const { call, events, first, tip } = await withFiles();
  expect((await call("getRepository", dev)).repositoryMetadata.defaultBranch).toBe("dev");
  expect((await call("getCommit", { ...dev, commitId: first.commitId })).commit).toMatchObject({
    treeId: first.treeId,
    parents: [],
    author: { name: "arn:aws:iam::123456789012:user/student", email: "" },
  });
  expect((await call("getCommit", { ...dev, commitId: tip })).commit).toMatchObject({
    parents: [first.commitId],
    message: "Add a program",
    committer: { name: "Ada", email: "ada@example.com" },
  });
  expect((await call("getFile", { ...dev, filePath: "folder/run é.sh" })).fileMode).toBe("EXECUTABLE");
  expect(events.map(({ event, commitId, oldCommitId }) => [event, oldCommitId, commitId])).toEqual([
    ["referenceCreated", undefined, first.commitId],
    ["referenceUpdated", first.commitId, tip],
  ]);
});

it("one commit adds, changes and deletes files", async () => {
  const { call, tip } = await withFiles();
  await call("createCommit", {
    ...dev,
    parentCommitId: tip,
    putFiles: [
      { filePath: "b.txt", fileContent: bytes("") },
      { filePath: "a.txt", fileContent: bytes("2") },
      { filePath: "folder/run é.sh/new", fileContent: bytes("2") },
    ],
    deleteFiles: [{ filePath: "folder/run é.sh" }],
  });
  const paths = (files: { absolutePath: string }[]) => files.map(({ absolutePath }) => absolutePath);
  const top = await call("getFolder", { ...dev, folderPath: "" });
  expect([paths(top.files), paths(top.subFolders)]).toEqual([["a.txt", "b.txt"], ["folder"]]);
  const below = await call("getFolder", { ...dev, folderPath: "folder/run é.sh" });
  expect(paths(below.files)).toEqual(["folder/run é.sh/new"]);
  expect((await call("getFile", { ...dev, filePath: "a.txt" })).fileContent.toString()).toBe("2");
});

it.each(readRefusals(new URL("refusals.real.yaml", import.meta.url)))(
  "a refusal with $code of $operation changes nothing: $words",
  async ({ operation, input, code, words }) => {
    const { call, first, tip } = await withFiles();
    const ids = new Map<unknown, string>(Object.entries({ FIRST: first.commitId, TIP: tip }));
    const given = Object.entries(input).map(([name, value]) => [name, ids.get(value) ?? value]);
    const refusal = { code, message: expect.stringContaining(words) };
    await expect(call(methodName(operation), Object.fromEntries(given))).rejects.toMatchObject(refusal);
    expect((await call("getBranch", dev)).branch.commitId).toBe(tip);
  },
);
