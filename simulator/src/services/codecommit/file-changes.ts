import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { checkTip } from "./branch-tips.ts";
import { largestFile } from "./files.ts";
import { planChanges } from "./planned-changes.ts";
import { type CodeCommitState, find } from "./state.ts";
import { checkFilePath, modeOf } from "./tree.ts";
import { writeBlob, writeCommit } from "./write-commit.ts";

export function fileChangeOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  return {
    async putFile(input, { accessKeyId }) {
      const { fileContent, fileMode = "NORMAL", name: authorName, email } = input;
      const repository = find(state, input.repositoryName);
      const path = checkFilePath(input.filePath);
      const mode = modeOf(fileMode);
      checkContent(fileContent);
      const tip = await checkTip(environment, repository, input.branchName, input.parentCommitId);
      const planned = planChanges(environment, repository, tip.parent);
      const blobId = await writeBlob(environment, repository, fileContent);
      const before = await planned.before(path);
      if (before?.id === blobId && before.mode === mode)
        throw new AwsError(
          "SameFileContentException",
          `The file was not added or updated because its content is exactly the same as that of ${path} on ${tip.branchName}.`,
        );
      await planned.put(path, { mode, blobId });
      const message = input.commitMessage || `${before ? "Edited" : "Added"} ${path}`;
      const commit = { ...tip, changes: planned.files, message, authorName, email };
      return { ...(await writeCommit(state, repository, commit, accessKeyId)), blobId };
    },
    async deleteFile(input, { accessKeyId }) {
      const { repositoryName, branchName, parentCommitId, filePath, commitMessage, name, email, ...rest } =
        input;
      refuseUnsupported("InvalidDeletionParameterException", "DeleteFile", rest, []);
      const repository = find(state, repositoryName);
      const path = checkFilePath(filePath);
      const tip = await checkTip(environment, repository, branchName, parentCommitId);
      const planned = planChanges(environment, repository, tip.parent);
      const { id: blobId } = await planned.existing(path);
      await planned.remove(path);
      const message = commitMessage || `Deleted ${path}`;
      const commit = { ...tip, changes: planned.files, message, authorName: name, email };
      return { ...(await writeCommit(state, repository, commit, accessKeyId)), blobId, filePath: path };
    },
  };
}

function checkContent(content: Uint8Array | undefined): asserts content is Uint8Array {
  if (!content?.length)
    throw new AwsError(
      "FileContentRequiredException",
      "The file cannot be added because it is empty. Empty files cannot be added to the repository with this API.",
    );
  refuseLarge(content.length, largestFile);
}

export function refuseLarge(bytes: number, most: number): void {
  if (bytes <= most) return;
  throw new AwsError(
    "FileContentSizeLimitExceededException",
    `The file cannot be added because it is too large: ${bytes} bytes, of which a file may have 6 MB and a commit 7 MB. Consider making these changes using a Git client.`,
  );
}
