import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { checkBranchName } from "./branches.ts";
import { isCommit, isObjectId } from "./commits.ts";
import type { Repository } from "./state.ts";
import { outdated } from "./write-commit.ts";

/**
 * Returns the branch for a commit, and its tip, which the caller must specify as the parent. A repository without
 * branches has no tip, and the branch is created.
 */
export async function checkTip(
  environment: Environment,
  repository: Repository,
  branchName: string | undefined,
  parentCommitId: string | undefined,
): Promise<{ branchName: string; parent: string | undefined }> {
  const name = await checkBranchName(environment, repository, branchName);
  const branches = await environment.git.branches(repository.id);
  if (branches.size === 0 && !parentCommitId) return { branchName: name, parent: undefined };
  if (!parentCommitId)
    throw new AwsError(
      "ParentCommitIdRequiredException",
      "A parent commit ID is required. To view the full commit ID of a branch in a repository, use GetBranch or a Git command.",
    );
  if (!isObjectId(parentCommitId))
    throw new AwsError(
      "InvalidParentCommitIdException",
      `The parent commit ID ${parentCommitId} is not valid.`,
    );
  if (!(await isCommit(environment, repository, parentCommitId)))
    throw new AwsError(
      "ParentCommitDoesNotExistException",
      `The parent commit ID is not valid because it does not exist: ${parentCommitId}`,
    );
  const tip = branches.get(name);
  if (tip === undefined)
    throw new AwsError("BranchDoesNotExistException", `Branch ${name} does not exist in ${repository.name}`);
  if (tip !== parentCommitId) throw outdated(name);
  return { branchName: name, parent: tip };
}
