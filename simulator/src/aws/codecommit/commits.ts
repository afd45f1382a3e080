import type { Commit, UserInfo } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import { GitError } from "../../planes/git/git-program.ts";
import type { Service } from "../api.ts";
import { checkCommitId } from "./commit-ids.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";

/** Source: API reference, BatchGetCommits. */
const mostCommits = 100;

export function commitOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  return {
    async getCommit({ repositoryName, commitId }) {
      const repository = find(state, repositoryName);
      return { commit: await readCommit(environment, repository, commitId) };
    },
    async batchGetCommits({ repositoryName, commitIds = [] }) {
      const repository = find(state, repositoryName);
      if (commitIds.length === 0)
        throw new AwsError("CommitIdsListRequiredException", "A list of commit IDs is required.");
      if (commitIds.length > mostCommits)
        throw new AwsError(
          "CommitIdsLimitExceededException",
          `At most ${mostCommits} commits can be asked for at once, not ${commitIds.length}.`,
        );
      const commits: Commit[] = [];
      const errors = [];
      for (const commitId of commitIds)
        try {
          commits.push(await readCommit(environment, repository, commitId));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          errors.push({ commitId, errorCode: error.code, errorMessage: error.message });
        }
      return { commits, errors };
    },
  };
}

/** Throws CommitIdDoesNotExistException, also for an object that is not a commit. */
async function readCommit(
  { git }: Environment,
  { id }: Repository,
  commitId: string | undefined,
): Promise<Commit> {
  const checked = checkCommitId(commitId);
  try {
    return parseCommit(checked, (await git.run(id, ["cat-file", "commit", checked])).toString());
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new AwsError("CommitIdDoesNotExistException", `Commit ${checked} does not exist`);
  }
}

/** Parses a commit as stored by Git: headers, an empty line, the message. */
function parseCommit(commitId: string, text: string): Commit {
  const end = text.indexOf("\n\n");
  const headers = text.slice(0, end).split("\n");
  const all = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    commitId,
    treeId: all("tree")[0],
    parents: all("parent"),
    message: text.slice(end + 2),
    author: parseUser(all("author")[0]),
    committer: parseUser(all("committer")[0]),
    additionalData: "",
  };
}

/** `Ada <ada@example.com> 1767323045 +0000` */
function parseUser(text = ""): UserInfo {
  const [, name, email, date] = /^([^<]*)<([^>]*)> (.*)$/.exec(text) ?? [];
  return { name: name?.trimEnd(), email, date };
}
