import { randomUUID } from "node:crypto";
import type { CreateCommitInput, PutFileEntry } from "@aws-sdk/client-codecommit";
import { callerArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { Operations } from "../api.ts";
import { checkBranchName, isCommit, isObjectId } from "./commits.ts";
import { checkFilePath, findFile, largestFile, modeOf } from "./files.ts";
import { referencesMoved } from "./references.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";

/** Maximum of files in one commit, and of bytes of its changes. Source: quotas of CodeCommit. */
const mostFiles = 100;
const largestChange = 7 * 1024 * 1024;

export function createCommitOperation(state: CodeCommitState): Operations<"codecommit"> {
  const { environment } = state;
  return {
    async createCommit(input, { accessKeyId }) {
      refuseUnsupported("OperationNotAllowedException", "CreateCommit", input, [
        "repositoryName branchName parentCommitId commitMessage authorName email putFiles deleteFiles",
      ]);
      const repository = find(state, input.repositoryName);
      refuseSizes(input);
      const { name, tip } = await checkTip(environment, repository, input);
      for (const { filePath } of input.deleteFiles ?? [])
        await findFile(environment, repository, tip, checkFilePath(filePath));
      const { commitId, treeId } = await writeCommit(environment, repository, { input, tip }, accessKeyId);
      if (tip !== undefined && treeId === (await treeOf(environment, repository, tip)))
        throw new AwsError(
          "NoChangeException",
          "The commit cannot be created because no changes will be made to the repository as a result of this commit.",
        );
      const update = { name: `refs/heads/${name}`, before: tip, after: commitId };
      // Zeros as the old commit: there must be none yet.
      await environment.git
        .run(repository.id, ["update-ref", update.name, commitId, tip ?? "0".repeat(40)])
        .catch((error) => {
          throw error instanceof GitError ? outdated(name) : error;
        });
      await referencesMoved(state, repository, [update], accessKeyId);
      return { commitId, treeId };
    },
  };
}

function refuseSizes({ putFiles = [], deleteFiles = [] }: CreateCommitInput): void {
  const count = putFiles.length + deleteFiles.length;
  if (count === 0)
    throw new AwsError(
      "FileEntryRequiredException",
      "The commit cannot be created because no files have been specified as added, updated, or changed (PutFile or DeleteFile) for the commit.",
    );
  if (count > mostFiles)
    throw new AwsError(
      "MaximumFileEntriesExceededException",
      `A commit changes at most ${mostFiles} files, not ${count}. Consider using a Git client for these changes.`,
    );
  const sizes = putFiles.map(({ fileContent }) => fileContent?.length ?? 0);
  const sum = sizes.reduce((sum, size) => sum + size, 0);
  if (Math.max(0, ...sizes) > largestFile || sum > largestChange)
    throw new AwsError(
      "FileContentSizeLimitExceededException",
      "A file may have 6 MB and a commit 7 MB. Consider making these changes using a Git client.",
    );
}

/**
 * Returns the branch for a commit, and its tip, which the caller must specify as the parent. A repository without
 * branches has no tip, and the branch is created.
 */
async function checkTip(
  environment: Environment,
  repository: Repository,
  { branchName, parentCommitId: parent }: CreateCommitInput,
): Promise<{ name: string; tip: string | undefined }> {
  const name = await checkBranchName(environment, repository, branchName);
  const branches = await environment.git.branches(repository.id);
  if (branches.size === 0 && !parent) return { name, tip: undefined };
  if (!parent)
    throw new AwsError(
      "ParentCommitIdRequiredException",
      "A parent commit ID is required. To view the full commit ID of a branch in a repository, use GetBranch or a Git command.",
    );
  if (!isObjectId(parent))
    throw new AwsError("InvalidParentCommitIdException", `The parent commit ID ${parent} is not valid.`);
  if (!(await isCommit(environment, repository, parent)))
    throw new AwsError(
      "ParentCommitDoesNotExistException",
      `The parent commit ID is not valid because it does not exist: ${parent}`,
    );
  const tip = branches.get(name);
  if (tip === undefined)
    throw new AwsError("BranchDoesNotExistException", `Branch ${name} does not exist in ${repository.name}`);
  if (tip !== parent) throw outdated(name);
  return { name, tip };
}

function outdated(branchName: string): AwsError {
  return new AwsError(
    "ParentCommitIdOutdatedException",
    `The provided parent commit ID is not the current tip of the branch ${branchName}. To view the full commit ID of the current head of the branch, use GetBranch.`,
  );
}

/**
 * Writes a commit that no branch has yet. Author and committer are the same: by default the caller, without an address.
 * Source: API reference.
 */
async function writeCommit(
  environment: Environment,
  repository: Repository,
  { input, tip }: { readonly input: CreateCommitInput; readonly tip: string | undefined },
  accessKeyId: string,
): Promise<{ commitId: string; treeId: string }> {
  const { git, clock } = environment;
  const { putFiles = [], deleteFiles = [], authorName, email = "", commitMessage } = input;
  const plain = (text: string) => text.replaceAll(/[<>\r\n\0]/g, "");
  const user = `${plain(authorName || callerArn(environment, accessKeyId))} <${plain(email)}>`;
  const reference = `refs/commits-in-progress/${randomUUID()}`;
  const lines: (string | Uint8Array)[] = [
    `commit ${reference}`,
    `committer ${user} ${Math.floor(clock.now().getTime() / 1000)} +0000`,
    ...data(Buffer.from(commitMessage || "Change files")),
    ...(tip === undefined ? [] : [`from ${tip}`]),
    // Removals come first: the same commit may use their paths again.
    ...deleteFiles.map(({ filePath }) => `D ${JSON.stringify(checkFilePath(filePath))}`),
    ...putFiles.flatMap(putLines),
  ];
  const run = async (args: string[], stdin?: Uint8Array) =>
    (await git.run(repository.id, args, { input: stdin })).toString().trim();
  await run(["fast-import", "--quiet"], Buffer.concat(lines.flatMap((line) => [Buffer.from(line), newLine])));
  const commitId = await run(["rev-parse", reference]);
  await run(["update-ref", "-d", reference]);
  return { commitId, treeId: await treeOf(environment, repository, commitId) };
}

const newLine = Buffer.from("\n");
const data = (content: Uint8Array) => [`data ${content.length}`, content];

function putLines({ filePath, fileMode = "NORMAL", fileContent, sourceFile }: PutFileEntry) {
  const path = checkFilePath(filePath);
  refuseUnsupported("OperationNotAllowedException", "CreateCommit", { sourceFile }, []);
  if (!fileContent)
    throw new AwsError(
      "SourceFileOrContentRequiredException",
      `No source file and no file content have been specified for ${path}.`,
    );
  return [`M ${modeOf(fileMode)} inline ${JSON.stringify(path)}`, ...data(fileContent)];
}

async function treeOf({ git }: Environment, { id }: Repository, commitId: string): Promise<string> {
  return (await git.run(id, ["rev-parse", "--verify", `${commitId}^{tree}`])).toString().trim();
}
