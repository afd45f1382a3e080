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

it("branches are listed and read, and another one becomes the default", async () => {
  const { call, environment, id, dev } = await withDev();
  await commitFiles(environment.git, id, "feature/one", { "a.txt": "2" });
  expect(await call("listBranches", deployment)).toEqual({ branches: ["dev", "feature/one"] });
  expect(await call("getBranch", { ...deployment, branchName: "dev" })).toEqual({
    branch: { branchName: "dev", commitId: dev },
  });
  await call("updateDefaultBranch", { ...deployment, defaultBranchName: "feature/one" });
  expect((await call("getRepository", deployment)).repositoryMetadata.defaultBranch).toBe("feature/one");
});

it.each<[string, object, string]>([
  ["getBranch", {}, "BranchNameRequiredException"],
  ["getBranch", { branchName: "a..b" }, "InvalidBranchNameException"],
  ["getBranch", { branchName: "-b" }, "InvalidBranchNameException"],
  ["getBranch", { branchName: "0".repeat(40) }, "InvalidBranchNameException"],
  ["getBranch", { branchName: "none" }, "BranchDoesNotExistException"],
  ["updateDefaultBranch", { defaultBranchName: "none" }, "BranchDoesNotExistException"],
  ["listBranches", { nextToken: "x" }, "InvalidContinuationTokenException"],
])("%s %j is refused with %s", async (operation, input, code) => {
  const { call } = await withDev();
  await expect(call(operation, { ...deployment, ...input })).rejects.toMatchObject({ code });
});
