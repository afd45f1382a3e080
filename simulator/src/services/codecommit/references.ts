import { callerArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import type { ReferenceUpdate } from "../../runtime/git/git-repositories.ts";
import { type CodeCommitState, type Repository, repositoryArn } from "./state.ts";

const branchPrefix = "refs/heads/";
const tagPrefix = "refs/tags/";

/** Maximum of one request. Source: PutEvents, EventBridge API reference. */
const mostEntries = 10;

/**
 * Call it when references of a repository have moved: the first branch becomes the default one, and the account's event
 * bus gets an event for each.
 */
export async function referencesMoved(
  state: CodeCommitState,
  repository: Repository,
  updates: readonly ReferenceUpdate[],
  accessKeyId: string,
): Promise<void> {
  const { environment } = state;
  repository.modifiedAt = environment.clock.now();
  const first = updates.find(({ name, after }) => name.startsWith(branchPrefix) && after !== undefined);
  if (repository.defaultBranch === undefined && first)
    await setDefaultBranch(environment, repository, first.name.slice(branchPrefix.length));
  const callerUserArn = callerArn(environment, accessKeyId);
  const entries = updates
    .flatMap((update) => detailOf(repository, update) ?? [])
    .map((detail) => ({
      Source: "aws.codecommit",
      DetailType: "CodeCommit Repository State Change",
      Resources: [repositoryArn(state, repository.name)],
      Detail: JSON.stringify({ callerUserArn, ...detail }),
    }));
  for (let from = 0; from < entries.length; from += mostEntries)
    await environment.aws.events.putEvents({ Entries: entries.slice(from, from + mostEntries) });
}

/** Also moves Git's HEAD: the branch that a clone checks out and that no push may delete. */
async function setDefaultBranch({ git }: Environment, repository: Repository, branch: string): Promise<void> {
  await git.run(repository.id, ["symbolic-ref", "HEAD", `${branchPrefix}${branch}`]);
  repository.defaultBranch = branch;
}

/** Source: CodeCommit user guide, "Monitoring CodeCommit events". Only branches and tags have events. */
function detailOf({ id, name: repositoryName }: Repository, { name, before, after }: ReferenceUpdate) {
  const isBranch = name.startsWith(branchPrefix);
  if (!isBranch && !name.startsWith(tagPrefix)) return undefined;
  return {
    event: eventName(before, after),
    repositoryName,
    repositoryId: id,
    referenceType: isBranch ? "branch" : "tag",
    referenceName: name.slice((isBranch ? branchPrefix : tagPrefix).length),
    referenceFullName: name,
    ...(after === undefined ? {} : { commitId: after }),
    ...(before === undefined ? {} : { oldCommitId: before }),
  };
}

function eventName(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return "referenceCreated";
  return after === undefined ? "referenceDeleted" : "referenceUpdated";
}
