import type { Commit, UserInfo } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { Operations } from "../api.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";

export function commitOperations(state: CodeCommitState): Operations<"codecommit"> {
  const { environment } = state;
  return {
    async getCommit({ repositoryName, commitId }) {
      const repository = find(state, repositoryName);
      return { commit: await readCommit(environment, repository, commitId) };
    },
    async getBranch({ repositoryName, branchName }) {
      return { branch: await findBranch(environment, find(state, repositoryName), branchName) };
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

export const isObjectId = (text: string) => /^[0-9a-f]{40}$/.test(text);

/** Throws CommitIdRequiredException or InvalidCommitIdException. */
function checkCommitId(commitId: string | undefined): string {
  if (!commitId) throw new AwsError("CommitIdRequiredException", "A commit ID was not specified.");
  if (isObjectId(commitId)) return commitId;
  throw new AwsError("InvalidCommitIdException", `${commitId} is not a full commit ID.`);
}

export async function isCommit(
  environment: Environment,
  repository: Repository,
  id: string,
): Promise<boolean> {
  return (await parse(environment, repository, id)) === id;
}

/**
 * Returns the commit of a specifier: a full commit id, a branch, a tag, a full reference or HEAD; by default the
 * default branch's. Throws InvalidCommitException or CommitDoesNotExistException.
 */
export async function resolveCommit(
  environment: Environment,
  repository: Repository,
  specifier: string | undefined,
): Promise<string> {
  if (specifier === undefined && repository.defaultBranch === undefined)
    throw new AwsError(
      "CommitDoesNotExistException",
      `No commit was specified, and ${repository.name} has no default branch.`,
    );
  const text = specifier || "HEAD";
  // Git would follow these to other commits, the API does not.
  if (/[~^:?*[\\\s]|\.\.|@\{|^-/.test(text))
    throw new AwsError("InvalidCommitException", `The commit specifier ${text} is not valid.`);
  const isWhole = isObjectId(text) || text === "HEAD" || text.startsWith("refs/");
  for (const name of isWhole ? [text] : [`refs/heads/${text}`, `refs/tags/${text}`]) {
    const id = await parse(environment, repository, name);
    if (id !== undefined) return id;
  }
  throw new AwsError("CommitDoesNotExistException", `Commit ${text} does not exist`);
}

async function parse({ git }: Environment, { id }: Repository, name: string): Promise<string | undefined> {
  try {
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
    return (await git.run(id, args)).toString().trim();
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
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
