import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { Service } from "../api.ts";
import { setDefaultBranch } from "./references.ts";
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
    async updateDefaultBranch({ repositoryName, defaultBranchName }) {
      const repository = find(state, repositoryName);
      const { branchName } = await findBranch(environment, repository, defaultBranchName);
      await setDefaultBranch(environment, repository, branchName);
      repository.modifiedAt = environment.clock.now();
      return {};
    },
  };
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
