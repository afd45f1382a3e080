import { expect, it } from "vitest";
import { commitFiles } from "../../runtime/git/repository.support.ts";
import { withRepository } from "./repository.support.ts";

const deployment = { repositoryName: "deployment" };

async function withDev() {
  const repository = await withRepository();
  const { call, environment, id } = repository;
  const dev = await commitFiles(environment.git, id, "dev", { "a.txt": "1" });
  await call("updateDefaultBranch", { ...deployment, defaultBranchName: "dev" });
  return { ...repository, dev };
}

it("a branch is created, read, made the default one and deleted; the bus gets the events", async () => {
  const { call, events, dev, id } = await withDev();
  await call("createBranch", { ...deployment, branchName: "feature/one", commitId: dev });
  expect(await call("listBranches", deployment)).toEqual({ branches: ["dev", "feature/one"] });
  expect(await call("getBranch", { ...deployment, branchName: "feature/one" })).toEqual({
    branch: { branchName: "feature/one", commitId: dev },
  });
  await call("updateDefaultBranch", { ...deployment, defaultBranchName: "feature/one" });
  expect((await call("getRepository", deployment)).repositoryMetadata.defaultBranch).toBe("feature/one");
  expect(await call("deleteBranch", { ...deployment, branchName: "dev" })).toEqual({
    deletedBranch: { branchName: "dev", commitId: dev },
  });
  expect(await call("deleteBranch", { ...deployment, branchName: "dev" })).toEqual({});
  const common = {
    callerUserArn: "arn:aws:iam::123456789012:user/student",
    repositoryName: "deployment",
    repositoryId: id,
    referenceType: "branch",
  };
  expect(events).toEqual([
    {
      ...common,
      event: "referenceCreated",
      referenceName: "feature/one",
      referenceFullName: "refs/heads/feature/one",
      commitId: dev,
    },
    {
      ...common,
      event: "referenceDeleted",
      referenceName: "dev",
      referenceFullName: "refs/heads/dev",
      oldCommitId: dev,
    },
  ]);
});

it.each<[string, object, string]>([
  ["getBranch", {}, "BranchNameRequiredException"],
  ["getBranch", { branchName: "a..b" }, "InvalidBranchNameException"],
  ["getBranch", { branchName: "-b" }, "InvalidBranchNameException"],
  ["getBranch", { branchName: "0".repeat(40) }, "InvalidBranchNameException"],
  ["getBranch", { branchName: "none" }, "BranchDoesNotExistException"],
  ["createBranch", { branchName: "dev", commitId: "DEV" }, "BranchNameExistsException"],
  ["createBranch", { branchName: "dev/under", commitId: "DEV" }, "BranchNameExistsException"],
  ["createBranch", { branchName: "b" }, "CommitIdRequiredException"],
  ["createBranch", { branchName: "b", commitId: "dev" }, "InvalidCommitIdException"],
  ["createBranch", { branchName: "b", commitId: "0".repeat(40) }, "CommitDoesNotExistException"],
  ["deleteBranch", { branchName: "dev" }, "DefaultBranchCannotBeDeletedException"],
  ["updateDefaultBranch", { defaultBranchName: "none" }, "BranchDoesNotExistException"],
  ["listBranches", { nextToken: "x" }, "InvalidContinuationTokenException"],
])("%s %j is refused with %s", async (operation, input, code) => {
  const { call, events, dev } = await withDev();
  const given = JSON.parse(JSON.stringify(input).replace('"DEV"', `"${dev}"`));
  await expect(call(operation, { ...deployment, ...given })).rejects.toMatchObject({ code });
  expect(events).toEqual([]);
});
