import type { BlobMetadata, Commit, Difference, UserInfo } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { Service } from "../api.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";
import { checkPath, entryAt } from "./tree.ts";

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

export const isObjectId = (text: string) => /^[0-9a-f]{40}$/.test(text);

/** Throws CommitIdRequiredException or InvalidCommitIdException. */
export function checkCommitId(commitId: string | undefined): string {
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

/** The id of the empty tree, which Git always knows. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Default page size; the API reference does not document it. */
const listSize = 100;

export function differenceOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  return {
    async getDifferences(input) {
      const { beforeCommitSpecifier, afterCommitSpecifier, MaxResults = listSize, NextToken } = input;
      const repository = find(state, input.repositoryName);
      if (!afterCommitSpecifier) throw new AwsError("CommitRequiredException", "A commit was not specified.");
      if (!(MaxResults > 0))
        throw new AwsError("InvalidMaxResultsException", `MaxResults is greater than 0, not ${MaxResults}.`);
      const path = onePath(input.beforePath, input.afterPath);
      const after = await resolveCommit(environment, repository, afterCommitSpecifier);
      const before = beforeCommitSpecifier
        ? await resolveCommit(environment, repository, beforeCommitSpecifier)
        : emptyTree;
      const trees = [before, after];
      if (
        path !== "" &&
        !(await Promise.all(trees.map((id) => entryAt(environment, repository, id, path)))).some(Boolean)
      )
        throw new AwsError("PathDoesNotExistException", `There is no path ${path} in ${repository.name}`);
      const output = await environment.git.run(repository.id, [
        "--literal-pathspecs",
        "diff-tree",
        "-r",
        "-z",
        "--no-renames",
        ...trees,
        ...(path === "" ? [] : ["--", path]),
      ]);
      const { items, next } = page(parseDifferences(output), {
        size: MaxResults,
        token: NextToken,
        code: "InvalidContinuationTokenException",
      });
      return { differences: items, NextToken: next };
    },
  };
}

/** The only path of the differences. */
function onePath(before: string | undefined, after: string | undefined): string {
  const paths = [before, after].filter((path) => path !== undefined).map(checkPath);
  if (new Set(paths).size <= 1) return paths[0] ?? "";
  throw new AwsError(
    "InvalidPathException",
    `The simulator does not compare a folder with another one: beforePath and afterPath have to be the same, not ${paths.join(" and ")}.`,
  );
}

/** `:100644 100755 <id> <id> M`, the path. Source: git-diff-tree, "Raw output format". */
function parseDifferences(output: Buffer): Difference[] {
  const words = output.toString().split("\0").filter(Boolean);
  const differences: Difference[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [beforeMode = "", afterMode = "", beforeId = "", afterId = "", status = ""] = (words[at] ?? "")
      .slice(1)
      .split(" ");
    const path = words[at + 1];
    const side = (blobId: string, mode: string): BlobMetadata => ({ blobId, path, mode });
    const isAdded = status === "A";
    const isDeleted = status === "D";
    differences.push({
      ...(isAdded ? {} : { beforeBlob: side(beforeId, beforeMode) }),
      ...(isDeleted ? {} : { afterBlob: side(afterId, afterMode) }),
      // A file that became a link is changed, too.
      changeType: isAdded || isDeleted ? status : "M",
    });
  }
  return differences;
}
