import type { CreateCommitInput, FileMetadata, PutFileEntry } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { checkTip } from "./branch-tips.ts";
import { refuseLarge } from "./file-changes.ts";
import { largestFile } from "./files.ts";
import { type PlannedChanges, planChanges } from "./planned-changes.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";
import { checkFilePath, fileModeOf, modeOf } from "./tree.ts";
import { writeBlob, writeCommit } from "./write-commit.ts";

/**
 * Maximum of files in one commit, and of bytes of its changes. Source: quotas of CodeCommit and
 * FileContentSizeLimitExceeded.
 */
const mostFiles = 100;
const largestChange = 7 * 1024 * 1024;

export function createCommitOperation(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  return {
    async createCommit(input, { accessKeyId }) {
      const { keepEmptyFolders, setFileModes, authorName, email } = input;
      refuseUnsupported(
        "OperationNotAllowedException",
        "CreateCommit",
        { keepEmptyFolders, setFileModes },
        [],
      );
      const repository = find(state, input.repositoryName);
      refuseSizes(input);
      const tip = await checkTip(environment, repository, input.branchName, input.parentCommitId);
      const planned = planChanges(environment, repository, tip.parent);
      await plan(environment, repository, planned, input);
      const files = await metadata(planned);
      const message = input.commitMessage || defaultMessage(files);
      const commit = { ...tip, changes: planned.files, message, authorName, email };
      return { ...(await writeCommit(state, repository, commit, accessKeyId)), ...files };
    },
  };
}

function refuseSizes({ putFiles = [], deleteFiles = [] }: CreateCommitInput): void {
  const entries = [...putFiles, ...deleteFiles];
  if (entries.length === 0)
    throw new AwsError(
      "FileEntryRequiredException",
      "The commit cannot be created because no files have been specified as added, updated, or changed (PutFile or DeleteFile) for the commit.",
    );
  if (entries.length > mostFiles)
    throw new AwsError(
      "MaximumFileEntriesExceededException",
      `A commit changes at most ${mostFiles} files, not ${entries.length}. Consider using a Git client for these changes.`,
    );
  const sizes = putFiles.map(({ fileContent }) => fileContent?.length ?? 0);
  for (const size of sizes) refuseLarge(size, largestFile);
  refuseLarge(
    sizes.reduce((sum, size) => sum + size, 0),
    largestChange,
  );
}

/** Removals first: the same commit may use their paths again. */
async function plan(
  environment: Environment,
  repository: Repository,
  planned: PlannedChanges,
  { putFiles = [], deleteFiles = [] }: CreateCommitInput,
): Promise<void> {
  for (const { filePath } of deleteFiles) await planned.remove((await planned.existing(filePath)).path);
  for (const entry of putFiles) await put(environment, repository, planned, entry);
}

async function put(
  environment: Environment,
  repository: Repository,
  planned: PlannedChanges,
  { filePath, fileMode = "NORMAL", fileContent, sourceFile }: PutFileEntry,
): Promise<void> {
  const path = checkFilePath(filePath);
  const mode = modeOf(fileMode);
  refuseUnsupported("OperationNotAllowedException", "CreateCommit", { sourceFile }, []);
  if (!fileContent)
    throw new AwsError(
      "SourceFileOrContentRequiredException",
      `No source file and no file content have been specified for ${path}.`,
    );
  await planned.put(path, { mode, blobId: await writeBlob(environment, repository, fileContent) });
}

interface ChangedFiles {
  filesAdded: FileMetadata[];
  filesUpdated: FileMetadata[];
  filesDeleted: FileMetadata[];
}

async function metadata({ files, before }: PlannedChanges): Promise<ChangedFiles> {
  const changed: ChangedFiles = { filesAdded: [], filesUpdated: [], filesDeleted: [] };
  for (const [absolutePath, file] of files) {
    const previous = await before(absolutePath);
    if (file) {
      const entry = { absolutePath, blobId: file.blobId, fileMode: fileModeOf(file.mode) };
      changed[previous ? "filesUpdated" : "filesAdded"].push(entry);
    } else if (previous)
      changed.filesDeleted.push({
        absolutePath,
        blobId: previous.id,
        fileMode: fileModeOf(previous.mode),
      });
  }
  return changed;
}

function defaultMessage({ filesAdded, filesUpdated, filesDeleted }: ChangedFiles): string {
  const counts = { Added: filesAdded.length, Edited: filesUpdated.length, Deleted: filesDeleted.length };
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([verb, count]) => `${verb} ${count}`).join(", ");
}
