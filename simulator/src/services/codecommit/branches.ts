import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { ReferenceUpdate } from "../../runtime/git/git-repositories.ts";
import type { Service } from "../api.ts";
import { checkCommitId, isCommit } from "./commits.ts";
import { referencesMoved, setDefaultBranch } from "./references.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";

/** Page size; the API reference does not document it. */
const listSize = 1000;

export function branchOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  const { git } = environment;
  return {
    async listBranches({ repositoryName, nextToken }) {
      const names = [...(await git.branches(find(state, repositoryName).id)).keys()];
      const code = "InvalidContinuationTokenException";
      const { items, next } = page(names, { size: listSize, token: nextToken, code });
      return { branches: items, nextToken: next };
    },
    async getBranch({ repositoryName, branchName }) {
      return { branch: await findBranch(environment, find(state, repositoryName), branchName) };
    },
    // It does not become the default branch. Source: API reference.
    async createBranch({ repositoryName, branchName, commitId }, { accessKeyId }) {
      const repository = find(state, repositoryName);
      const name = await checkBranchName(environment, repository, branchName);
      const after = checkCommitId(commitId);
      if (!(await isCommit(environment, repository, after)))
        throw new AwsError("CommitDoesNotExistException", `Commit ${after} does not exist`);
      const exists = new AwsError("BranchNameExistsException", `Branch ${name} already exists.`);
      if ((await git.branches(repository.id)).has(name)) throw exists;
      await moveBranch(state, repository, { name, before: undefined, after }, accessKeyId).catch((error) => {
        throw error instanceof GitError ? exists : error;
      });
      return {};
    },
    // Deleting a missing branch is not an error: the API reference has none for it.
    async deleteBranch({ repositoryName, branchName }, { accessKeyId }) {
      const repository = find(state, repositoryName);
      const name = await checkBranchName(environment, repository, branchName);
      if (name === repository.defaultBranch)
        throw new AwsError(
          "DefaultBranchCannotBeDeletedException",
          `The branch ${name} is the default branch of ${repository.name} and cannot be deleted; make another one the default first.`,
        );
      const before = (await git.branches(repository.id)).get(name);
      if (before === undefined) return {};
      await moveBranch(state, repository, { name, before, after: undefined }, accessKeyId);
      return { deletedBranch: { branchName: name, commitId: before } };
    },
    async updateDefaultBranch({ repositoryName, defaultBranchName }) {
      const repository = find(state, repositoryName);
      const { branchName } = await findBranch(environment, repository, defaultBranchName);
      await setDefaultBranch(environment, repository, branchName);
      repository.modifiedAt = environment.clock.now();
      return {};
    },
  };
}

/** Moves a branch from one commit to another, if it is still where the caller expects it; rejects with GitError. */
export async function moveBranch(
  state: CodeCommitState,
  repository: Repository,
  { name, before, after }: ReferenceUpdate,
  accessKeyId: string,
): Promise<void> {
  const update = { name: `refs/heads/${name}`, before, after };
  const none = "0".repeat(40);
  // Zeros as the old commit: there must be none yet; as the new one: the branch is deleted.
  await state.environment.git.run(repository.id, ["update-ref", update.name, after ?? none, before ?? none]);
  await referencesMoved(state, repository, [update], accessKeyId);
}

/** Source: API reference, branchName. */
const longestName = 256;

/** Returns a valid branch name. Throws BranchNameRequiredException or InvalidBranchNameException. */
export async function checkBranchName(
  { git }: Environment,
  { id }: Repository,
  name: string | undefined,
): Promise<string> {
  if (!name)
    throw new AwsError("BranchNameRequiredException", "A branch name is required, but was not specified.");
  const invalid = new AwsError("InvalidBranchNameException", `The branch name ${name} is not valid.`);
  // A name of 40 hexadecimal digits would be read as a commit.
  if (name.length > longestName || /^[0-9a-f]{40}$/.test(name)) throw invalid;
  await git.run(id, ["check-ref-format", "--branch", name]).catch((error) => {
    throw error instanceof GitError ? invalid : error;
  });
  return name;
}

/** Returns an existing branch and its commit; throws BranchDoesNotExistException. */
async function findBranch(
  environment: Environment,
  repository: Repository,
  branchName: string | undefined,
): Promise<{ branchName: string; commitId: string }> {
  const name = await checkBranchName(environment, repository, branchName);
  const commitId = (await environment.git.branches(repository.id)).get(name);
  if (commitId === undefined)
    throw new AwsError("BranchDoesNotExistException", `Branch ${name} does not exist in ${repository.name}`);
  return { branchName: name, commitId };
}
