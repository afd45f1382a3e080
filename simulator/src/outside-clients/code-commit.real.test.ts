import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { programsFor } from "./programs.support.ts";
import { startForClients } from "./start-for-clients.support.ts";

const { simulator, folder } = await startForClients();

const codecommit = (operation: string, ...args: string[]) =>
  programsFor(simulator).aws("codecommit", operation, ...args);

it("the AWS CLI commits a file, and reads the branch, the commit, the file and its folder", async () => {
  const repository = "--repository-name=cli";
  await codecommit("create-repository", repository);
  const content = '{"family":"customer-microservice"}';
  const files = [{ filePath: "taskdef.json", fileContent: Buffer.from(content).toString("base64") }];
  await writeFile(join(folder, "files.json"), JSON.stringify(files));
  const made = await codecommit(
    "create-commit",
    repository,
    "--branch-name=dev",
    "--commit-message=Add the definition",
    `--put-files=file://${join(folder, "files.json")}`,
  );
  const { branch } = await codecommit("get-branch", repository, "--branch-name=dev");
  expect(branch).toEqual({ branchName: "dev", commitId: made.commitId });
  const { commit } = await codecommit("get-commit", repository, `--commit-id=${made.commitId}`);
  expect(commit).toMatchObject({ treeId: made.treeId, parents: [], message: "Add the definition" });
  const file = await codecommit("get-file", repository, "--file-path=taskdef.json");
  expect(Buffer.from(file.fileContent, "base64").toString()).toBe(content);
  const listed = await codecommit("get-folder", repository, "--folder-path=/");
  expect(listed.files).toMatchObject([{ absolutePath: "taskdef.json", blobId: file.blobId }]);
  const late = codecommit("get-file", repository, "--file-path=none");
  await expect(late).rejects.toThrow("(FileDoesNotExistException)");
});
