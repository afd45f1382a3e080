import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { callerArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import { moveBranch } from "./branches.ts";
import type { CodeCommitState, Repository } from "./state.ts";

/** New state of a file, or undefined to remove it. */
export type Changes = ReadonlyMap<string, { readonly mode: string; readonly blobId: string } | undefined>;

export interface NewCommit {
  readonly branchName: string;
  /** The branch's tip; undefined in a repository without any branch. */
  readonly parent: string | undefined;
  readonly changes: Changes;
  readonly message: string;
  readonly authorName: string | undefined;
  readonly email: string | undefined;
}

/** Source: API reference, commitMessage. */
const longestMessage = 256 * 1024;

export async function writeBlob(
  { git }: Environment,
  { id }: Repository,
  content: Uint8Array,
): Promise<string> {
  const options = { input: content };
  return (await git.run(id, ["hash-object", "-w", "--no-filters", "--stdin"], options)).toString().trim();
}

/**
 * Writes a commit to a branch. Throws NoChangeException, or ParentCommitIdOutdatedException when the branch has moved
 * meanwhile.
 */
export async function writeCommit(
  state: CodeCommitState,
  repository: Repository,
  commit: NewCommit,
  accessKeyId: string,
): Promise<{ commitId: string; treeId: string }> {
  const { environment } = state;
  const { parent, branchName: name } = commit;
  refuseBadAuthorOrMessage(commit);
  const treeId = await writeTree(environment, repository, commit);
  if (parent !== undefined && treeId === (await treeOf(environment, repository, parent)))
    throw new AwsError(
      "NoChangeException",
      "The commit cannot be created because no changes will be made to the repository as a result of this commit.",
    );
  const commitId = await writeObject(environment, repository, treeId, commit, accessKeyId);
  const update = { name, before: parent, after: commitId };
  await moveBranch(state, repository, update, accessKeyId).catch((error) => {
    throw error instanceof GitError ? outdated(name) : error;
  });
  return { commitId, treeId };
}

export function outdated(branchName: string): AwsError {
  return new AwsError(
    "ParentCommitIdOutdatedException",
    `The provided parent commit ID is not the current tip of the branch ${branchName}. To view the full commit ID of the current head of the branch, use GetBranch.`,
  );
}

function refuseBadAuthorOrMessage({ message, email }: NewCommit): void {
  if (Buffer.byteLength(message) > longestMessage)
    throw new AwsError(
      "CommitMessageLengthExceededException",
      `The commit message has more than ${longestMessage} bytes.`,
    );
  if (email !== undefined && /[<>\s]/.test(email))
    throw new AwsError("InvalidEmailException", `The email address ${email} is not valid.`);
}

/** Uses a separate index: the repository is bare, and others may write at the same time. */
async function writeTree(
  { git, dataDirectory }: Environment,
  { id }: Repository,
  { parent, changes }: NewCommit,
): Promise<string> {
  const index = join(dataDirectory, `index-${randomUUID()}`);
  const options = { variables: { GIT_INDEX_FILE: index } };
  const lines = [...changes].map(([path, file]) =>
    file ? `${file.mode} ${file.blobId}\t${path}\0` : `0 ${"0".repeat(40)}\t${path}\0`,
  );
  try {
    if (parent !== undefined) await git.run(id, ["read-tree", parent], options);
    await git.run(id, ["update-index", "-z", "--index-info"], { ...options, input: lines.join("") });
    return (await git.run(id, ["write-tree"], options)).toString().trim();
  } finally {
    await rm(index, { force: true });
  }
}

async function treeOf({ git }: Environment, { id }: Repository, commitId: string): Promise<string> {
  return (await git.run(id, ["rev-parse", "--verify", `${commitId}^{tree}`])).toString().trim();
}

/** Author and committer are the same: by default the caller, without an address. Source: API reference. */
async function writeObject(
  environment: Environment,
  { id }: Repository,
  treeId: string,
  { parent, message, authorName, email = "" }: NewCommit,
  accessKeyId: string,
): Promise<string> {
  const name = authorName || callerArn(environment, accessKeyId);
  const date = `${Math.floor(environment.clock.now().getTime() / 1000)} +0000`;
  const variables = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, name],
      [`GIT_${who}_EMAIL`, email],
      [`GIT_${who}_DATE`, date],
    ]),
  );
  const parents = parent === undefined ? [] : ["-p", parent];
  const output = await environment.git.run(id, ["commit-tree", ...parents, "-F", "-", treeId], {
    variables,
    input: message,
  });
  return output.toString().trim();
}
