import type { Commit, UserInfo } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { Service } from "../api.ts";
import { checkCommitId } from "./commit-ids.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";

export function commitOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  return {
    async getCommit({ repositoryName, commitId }) {
      const repository = find(state, repositoryName);
      return { commit: await readCommit(environment, repository, commitId) };
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
