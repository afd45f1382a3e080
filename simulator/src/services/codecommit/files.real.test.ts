import { expect, it } from "vitest";
import { commitFiles } from "../../runtime/git/repository.support.ts";
import { withRepository } from "./repository.support.ts";

const deployment = { repositoryName: "deployment" };

async function withTwoCommits() {
  const repository = await withRepository();
  const { call, environment, id } = repository;
  const file = (filePath: string, content: string) => ({ filePath, fileContent: Buffer.from(content) });
  const putFiles = [file("taskdef.json", "{}"), file("infra/é.yaml", "a: 1")];
  const { commitId: first } = await call("createCommit", { ...deployment, branchName: "dev", putFiles });
  const second = await commitFiles(environment.git, id, "dev", { "infra/é.yaml": "a: 2", "new.txt": "n" });
  return { ...repository, first, second };
}

it("a branch and its commit are returned as Git has them", async () => {
  const { call, first, second } = await withTwoCommits();
  expect(await call("getBranch", { ...deployment, branchName: "dev" })).toEqual({
    branch: { branchName: "dev", commitId: second },
  });
  const { commit } = await call("getCommit", { ...deployment, commitId: second });
  const ada = { name: "Ada", email: "ada@example.com", date: "1767323045 +0000" };
  expect(commit).toMatchObject({
    commitId: second,
    parents: [first],
    message: "change",
    author: ada,
    committer: ada,
  });
  expect(commit.treeId).toMatch(/^[0-9a-f]{40}$/);
});

it("a file is read from the default branch, from a branch, a reference or a commit", async () => {
  const { call, first, second } = await withTwoCommits();
  const read = async (commitSpecifier?: string) => {
    const file = await call("getFile", { ...deployment, filePath: "/infra/é.yaml", commitSpecifier });
    return [file.commitId, file.fileContent.toString(), file.fileSize, file.fileMode, file.filePath];
  };
  const latest = [second, "a: 2", 4, "NORMAL", "infra/é.yaml"];
  for (const specifier of [undefined, "dev", "refs/heads/dev", "HEAD", second])
    expect(await read(specifier)).toEqual(latest);
  expect(await read(first)).toEqual([first, "a: 1", 4, "NORMAL", "infra/é.yaml"]);
});

it("a folder is listed by kinds", async () => {
  const { call, first } = await withTwoCommits();
  const top = await call("getFolder", { ...deployment, folderPath: "/", commitSpecifier: first });
  expect(top).toMatchObject({
    commitId: first,
    folderPath: "",
    subFolders: [{ absolutePath: "infra", relativePath: "infra" }],
    files: [{ absolutePath: "taskdef.json", relativePath: "taskdef.json", fileMode: "NORMAL" }],
    symbolicLinks: [],
    subModules: [],
  });
  const { files, treeId } = await call("getFolder", {
    ...deployment,
    folderPath: "infra",
    commitSpecifier: first,
  });
  expect(files).toMatchObject([{ absolutePath: "infra/é.yaml", relativePath: "é.yaml" }]);
  expect(treeId).toBe(top.subFolders[0].treeId);
});

it("an empty repository has no commit to read from", async () => {
  const { call } = await withRepository();
  const reading = call("getFile", { ...deployment, filePath: "a" });
  await expect(reading).rejects.toMatchObject({ code: "CommitDoesNotExistException" });
});
