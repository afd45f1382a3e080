import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Simulator } from "../simulator.ts";
import { startRealSimulator } from "../test-simulator.support.ts";
import { awsCli, python, run } from "./programs.support.ts";

let simulator: Simulator;
let folder: string;
beforeAll(async () => {
  simulator = await startRealSimulator();
  folder = await mkdtemp(join(tmpdir(), "code-commit-"));
});
afterAll(async () => {
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

const execute = (program: string, args: string[]) =>
  run(program, args, { variables: simulator.environmentVariables });
const codecommit = async (operation: string, ...args: string[]) => {
  const output = await execute(awsCli, ["codecommit", operation, ...args, "--output=json"]);
  return JSON.parse(output || "{}");
};

it("boto3 calls its operations", async () => {
  const script = join(import.meta.dirname, "code_commit.py");
  expect(JSON.parse(await execute(python, [script]))).toEqual({
    added: ["infra/appspec.yaml"],
    tip: true,
    commit: ["Add the AppSpec", true, true],
    author: ["Ada", "ada@example.com"],
    file: "version: 0.0",
    differences: [["A", "infra/appspec.yaml"]],
    outdated: "ParentCommitIdOutdatedException",
    branches: ["dev", "release"],
    deleted: "release",
    refused: expect.stringContaining("does not perform codecommit:MergeBranchesByFastForward"),
    gone: true,
  });
});

it("the AWS CLI adds a file, and reads the branch, the commit, the file and its folder", async () => {
  const repository = "--repository-name=cli";
  await codecommit("create-repository", repository);
  await writeFile(join(folder, "taskdef.json"), '{"family":"customer-microservice"}');
  const put = await codecommit(
    "put-file",
    repository,
    "--branch-name=dev",
    `--file-content=fileb://${join(folder, "taskdef.json")}`,
    "--file-path=taskdef.json",
  );
  const { branch } = await codecommit("get-branch", repository, "--branch-name=dev");
  expect(branch).toEqual({ branchName: "dev", commitId: put.commitId });
  const { commit } = await codecommit("get-commit", repository, `--commit-id=${put.commitId}`);
  expect(commit).toMatchObject({ treeId: put.treeId, parents: [], message: "Added taskdef.json" });
  const file = await codecommit("get-file", repository, "--file-path=taskdef.json");
  expect(Buffer.from(file.fileContent, "base64").toString()).toBe('{"family":"customer-microservice"}');
  const { files } = await codecommit("get-folder", repository, "--folder-path=/");
  expect(files).toMatchObject([{ absolutePath: "taskdef.json", blobId: put.blobId }]);
  const late = codecommit(
    "delete-file",
    repository,
    "--branch-name=dev",
    "--file-path=none",
    `--parent-commit-id=${put.commitId}`,
  );
  await expect(late).rejects.toThrow("(FileDoesNotExistException)");
});
