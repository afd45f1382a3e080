import { AwsError } from "../../errors.ts";
import type { Service } from "../api.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";

export function branchOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  return {
    listBranches: ({ repositoryName }) => ({ branches: [...find(state, repositoryName).branches.keys()] }),
    getBranch({ repositoryName, branchName }) {
      const name = checkBranch(find(state, repositoryName), branchName);
      return { branch: { branchName: name, commitId: find(state, repositoryName).branches.get(name) } };
    },
    updateDefaultBranch({ repositoryName, defaultBranchName }) {
      const repository = find(state, repositoryName);
      repository.defaultBranch = checkBranch(repository, defaultBranchName);
      repository.modifiedAt = state.environment.clock.now();
      return {};
    },
  };
}

/** The name of a branch that is there; throws BranchDoesNotExistException. */
function checkBranch(repository: Repository, name: string | undefined): string {
  if (!name)
    throw new AwsError("BranchNameRequiredException", "A branch name is required, but was not specified.");
  if (repository.branches.has(name)) return name;
  throw new AwsError("BranchDoesNotExistException", `Branch ${name} does not exist in ${repository.name}`);
}
