import { expect, test } from "vitest";
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

const named = { repositoryName: "deployment" };
test.each<[string, object, string, string]>([
  ["createRepository", named, "RepositoryNameExistsException", "Repository named deployment already exists"],
  ["createRepository", { repositoryName: "a b" }, "InvalidRepositoryNameException", '"a b" is not valid'],
  ["createRepository", { repositoryName: "a.git" }, "InvalidRepositoryNameException", "do not end in .git"],
  [
    "createRepository",
    { repositoryName: "a", kmsKeyId: "k" },
    "OperationNotAllowedException",
    "does not support kmsKeyId",
  ],
  [
    "createRepository",
    { repositoryName: "a", tags: { "aws:x": "" } },
    "InvalidSystemTagUsageException",
    "aws:x",
  ],
  [
    "createRepository",
    { repositoryName: "a", repositoryDescription: "x".repeat(1001) },
    "InvalidRepositoryDescriptionException",
    "1,000",
  ],
  ["getRepository", { repositoryName: "none" }, "RepositoryDoesNotExistException", "none does not exist"],
  [
    "updateRepositoryName",
    { oldName: "deployment", newName: "deployment" },
    "RepositoryNameExistsException",
    "deployment",
  ],
  [
    "listTagsForResource",
    { resourceArn: "arn:aws:s3:::b" },
    "InvalidResourceArnException",
    "is not a valid ARN",
  ],
])("%s %j is refused with %3$s", async (operation, input, code, message) => {
  const { call } = await withRepository();
  await expect(call(operation, input)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});
