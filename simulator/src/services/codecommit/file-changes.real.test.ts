import { expect, it } from "vitest";
import { withRepository } from "./repository.support.ts";

const dev = { repositoryName: "deployment", branchName: "dev" };
const bytes = (text: string) => new TextEncoder().encode(text);

/** The branch `dev` with two files, the second in a folder. */
async function withFiles() {
  const repository = await withRepository();
  const { call } = repository;
  const first = await call("putFile", { ...dev, filePath: "a.txt", fileContent: bytes("1") });
  const second = await call("putFile", {
    ...dev,
    filePath: "folder/run.sh",
    fileMode: "EXECUTABLE",
    fileContent: bytes("#!/bin/sh"),
    parentCommitId: first.commitId,
    name: "Ada",
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
  expect((await call("getFile", { ...dev, filePath: "folder/run.sh" })).fileMode).toBe("EXECUTABLE");
  expect(events.map(({ event, commitId, oldCommitId }) => [event, oldCommitId, commitId])).toEqual([
    ["referenceCreated", undefined, first.commitId],
    ["referenceUpdated", first.commitId, tip],
  ]);
});

it("a file is deleted, and its folder with it", async () => {
  const { call, tip } = await withFiles();
  const deleted = await call("deleteFile", { ...dev, filePath: "folder/run.sh", parentCommitId: tip });
  expect(deleted.filePath).toBe("folder/run.sh");
  expect((await call("getFolder", { ...dev, folderPath: "" })).subFolders).toEqual([]);
});

it("one commit adds, changes and deletes files", async () => {
  const { call, tip } = await withFiles();
  const made = await call("createCommit", {
    ...dev,
    parentCommitId: tip,
    putFiles: [
      { filePath: "b.txt", fileContent: bytes("") },
      { filePath: "a.txt", fileContent: bytes("1"), fileMode: "EXECUTABLE" },
      { filePath: "folder/run.sh/new", fileContent: bytes("2") },
    ],
    deleteFiles: [{ filePath: "folder/run.sh" }],
  });
  const paths = (files: { absolutePath: string }[]) => files.map(({ absolutePath }) => absolutePath);
  expect(paths(made.filesAdded)).toEqual(["b.txt", "folder/run.sh/new"]);
  expect(made.filesUpdated).toMatchObject([{ absolutePath: "a.txt", fileMode: "EXECUTABLE" }]);
  expect(paths(made.filesDeleted)).toEqual(["folder/run.sh"]);
  const { files, subFolders } = await call("getFolder", { ...dev, folderPath: "" });
  expect(paths(files)).toEqual(["a.txt", "b.txt"]);
  expect(paths(subFolders)).toEqual(["folder"]);
});

const file = { filePath: "b.txt", fileContent: bytes("2") };
it.each<[string, object, string]>([
  ["putFile", { ...file, parentCommitId: undefined }, "ParentCommitIdRequiredException"],
  ["putFile", { ...file, parentCommitId: "dev" }, "InvalidParentCommitIdException"],
  ["putFile", { ...file, parentCommitId: "0".repeat(40) }, "ParentCommitDoesNotExistException"],
  ["putFile", { ...file, parentCommitId: "FIRST" }, "ParentCommitIdOutdatedException"],
  ["putFile", { ...file, branchName: "none" }, "BranchDoesNotExistException"],
  ["putFile", { ...file, branchName: "a b" }, "InvalidBranchNameException"],
  ["putFile", { ...file, filePath: "a.txt", fileContent: bytes("1") }, "SameFileContentException"],
  ["putFile", { ...file, fileContent: bytes("") }, "FileContentRequiredException"],
  [
    "putFile",
    { ...file, fileContent: new Uint8Array(6 * 1024 * 1024 + 1) },
    "FileContentSizeLimitExceededException",
  ],
  ["putFile", { ...file, fileMode: "0644" }, "InvalidFileModeException"],
  ["putFile", { ...file, filePath: "a/../b" }, "InvalidPathException"],
  ["putFile", { ...file, filePath: "a.txt/b" }, "DirectoryNameConflictsWithFileNameException"],
  ["putFile", { ...file, filePath: "folder" }, "FileNameConflictsWithDirectoryNameException"],
  ["putFile", { ...file, email: "<ada>" }, "InvalidEmailException"],
  ["putFile", { ...file, commitMessage: "x".repeat(256 * 1024 + 1) }, "CommitMessageLengthExceededException"],
  ["deleteFile", { filePath: "none" }, "FileDoesNotExistException"],
  ["deleteFile", { filePath: "a.txt", keepEmptyFolders: true }, "InvalidDeletionParameterException"],
  ["createCommit", {}, "FileEntryRequiredException"],
  ["createCommit", { putFiles: Array(101).fill(file) }, "MaximumFileEntriesExceededException"],
  ["createCommit", { putFiles: [file, file] }, "SamePathRequestException"],
  ["createCommit", { putFiles: [file, { ...file, filePath: "b.txt/c" }] }, "PutFileEntryConflictException"],
  ["createCommit", { putFiles: [{ filePath: "b" }] }, "SourceFileOrContentRequiredException"],
  [
    "createCommit",
    { putFiles: [{ filePath: "b", sourceFile: { filePath: "a.txt" } }] },
    "OperationNotAllowedException",
  ],
  ["createCommit", { deleteFiles: [{ filePath: "none" }] }, "FileDoesNotExistException"],
  [
    "createCommit",
    { putFiles: [{ ...file, filePath: "a.txt", fileContent: bytes("1") }] },
    "NoChangeException",
  ],
  ["createCommit", { setFileModes: [{ filePath: "a.txt" }] }, "OperationNotAllowedException"],
  ["createCommit", { keepEmptyFolders: true }, "OperationNotAllowedException"],
])("%s %# is refused with %3$s and changes nothing", async (operation, input, code) => {
  const { call, first, tip } = await withFiles();
  const { parentCommitId = tip, ...rest } = input as { parentCommitId?: string };
  const parent = "parentCommitId" in input && parentCommitId === tip ? undefined : parentCommitId;
  const request = { ...dev, ...rest, parentCommitId: parent === "FIRST" ? first.commitId : parent };
  await expect(call(operation, request)).rejects.toMatchObject({ code });
  expect((await call("getBranch", dev)).branch.commitId).toBe(tip);
});
