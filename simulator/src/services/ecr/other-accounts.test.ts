import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  errorOf,
  pushImage,
  startTestRegistry,
  type TestRegistry,
  testCaller,
} from "../../runtime/registry/test-registry.support.ts";

const theirs = { registryId: "210987654321", repositoryName: "customer" };
const inProcess = { accessKeyId: "in-process", sourceIp: "127.0.0.1" };
const name = "210987654321/customer";

let test: TestRegistry;
beforeEach(async () => {
  test = await startTestRegistry();
  await test.ecr.createRepository?.({ repositoryName: "customer" }, testCaller);
  await test.ecr.createRepository?.(theirs, inProcess);
});
afterEach(() => test.close());

const allow = (...actions: string[]) => {
  const statement = {
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::123456789012:root" },
    Action: actions,
  };
  const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  return test.ecr.setRepositoryPolicy?.({ ...theirs, policyText }, inProcess);
};
const described = async () => {
  const input = { registryId: theirs.registryId, repositoryNames: ["customer"] };
  return (await test.ecr.describeRepositories?.(input, testCaller))?.repositories?.[0];
};

it("has the repository of another account next to one's own of the same name", async () => {
  await allow("ecr:Describe*");
  expect(await described()).toMatchObject({
    registryId: theirs.registryId,
    repositoryName: "customer",
    repositoryArn: "arn:aws:ecr:us-east-1:210987654321:repository/customer",
    repositoryUri: `${test.host}/${name}`,
  });
  const { repositories } = (await test.ecr.describeRepositories?.({}, testCaller)) ?? {};
  expect(repositories?.map(({ registryId }) => registryId)).toEqual(["123456789012"]);
});

it("reads from a repository with the name of the other account's host in place of a missing one", async () => {
  const repositoryName = "210987654321.dkr.ecr.us-east-1.amazonaws.com/other";
  await test.ecr.createRepository?.({ repositoryName }, testCaller);
  await pushImage(test, repositoryName, "1");
  const input = { ...theirs, repositoryName: "other", imageIds: [{ imageTag: "1" }] };
  expect((await test.ecr.batchGetImage?.(input, testCaller))?.images).toHaveLength(1);
});

describe("without a statement in the repository's policy, refuses", () => {
  const message = (action: string, resource = "customer") =>
    `User: arn:aws:iam::123456789012:root is not authorized to perform: ecr:${action} on resource: arn:aws:ecr:us-east-1:210987654321:repository/${resource} because no resource-based policy allows the ecr:${action} action`;

  it("to describe it, and to list and create any there", async () => {
    const refusal = (action: string, resource?: string) => ({
      code: "AccessDeniedException",
      message: message(action, resource),
    });
    await expect(described()).rejects.toMatchObject(refusal("DescribeRepositories"));
    const { registryId } = theirs;
    await expect(async () =>
      test.ecr.describeRepositories?.({ registryId }, testCaller),
    ).rejects.toMatchObject(refusal("DescribeRepositories", "*"));
    const other = { registryId, repositoryName: "other" };
    await expect(async () => test.ecr.createRepository?.(other, testCaller)).rejects.toMatchObject(
      refusal("CreateRepository", "other"),
    );
  });

  it("to pull and to push", async () => {
    await allow("ecr:Describe*");
    const pulled = await test.call("GET", `/v2/${name}/manifests/v1`);
    expect(await errorOf(pulled)).toEqual({ status: 403, code: "DENIED", message: message("BatchGetImage") });
    const pushed = await test.call("POST", `/v2/${name}/blobs/uploads/`);
    expect(await errorOf(pushed)).toEqual({ status: 403, code: "DENIED", message: message("PutImage") });
    await expect(test.registry.pull(`${test.host}/${name}:v1`)).rejects.toThrow("403 Forbidden");
  });
});

it("allows what the policy allows", async () => {
  await allow("ecr:BatchGetImage", "ecr:PutImage");
  const digest = await pushImage(test, name, "v1");
  expect((await test.registry.pull(`${test.host}/${name}:v1`)).digest).toBe(digest);
  const deleted = await test.call("DELETE", `/v2/${name}/manifests/${digest}`);
  expect((await errorOf(deleted)).code).toBe("DENIED");
});

it("reports which account does not have a missing repository", async () => {
  const input = { registryId: theirs.registryId, repositoryNames: ["gone"] };
  await expect(async () => test.ecr.describeRepositories?.(input, testCaller)).rejects.toMatchObject({
    code: "RepositoryNotFoundException",
    message: "The repository with name 'gone' does not exist in the registry with id '210987654321'",
  });
});

it("returns one token for the registries of several accounts", async () => {
  const registryIds = ["123456789012", theirs.registryId];
  const answer = await test.ecr.getAuthorizationToken?.({ registryIds }, testCaller);
  const tokens = answer?.authorizationData?.map(({ authorizationToken }) => authorizationToken);
  expect(tokens).toHaveLength(2);
  expect(new Set(tokens).size).toBe(1);
});
