import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { resolveCommit } from "./commits.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";
import { checkFilePath, checkPath, entryAt, fileModeOf, listFolder, type TreeEntry } from "./tree.ts";

/** Maximum bytes of a file in the API. Source: quotas of CodeCommit, "Individual files". */
export const largestFile = 6 * 1024 * 1024;

export function fileOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  return {
    async getFile({ repositoryName, commitSpecifier, filePath }) {
      const repository = find(state, repositoryName);
      const path = checkFilePath(filePath);
      const commitId = await resolveCommit(environment, repository, commitSpecifier);
      const entry = await entryAt(environment, repository, commitId, path);
      if (entry?.type !== "blob") throw noFile(path, repository);
      const fileContent = await readBlob(environment, repository, entry.id);
      return {
        commitId,
        blobId: entry.id,
        filePath: path,
        fileMode: fileModeOf(entry.mode),
        fileSize: fileContent.length,
        fileContent,
      };
    },
    async getFolder({ repositoryName, commitSpecifier, folderPath = "" }) {
      const repository = find(state, repositoryName);
      const path = checkPath(folderPath);
      const commitId = await resolveCommit(environment, repository, commitSpecifier);
      const folder = await listFolder(environment, repository, commitId, path);
      if (!folder)
        throw new AwsError("FolderDoesNotExistException", `There is no folder ${path} in ${repository.name}`);
      return { commitId, folderPath: path, treeId: folder.treeId, ...sorted(folder.entries) };
    },
  };
}

export function noFile(path: string, { name }: Repository): AwsError {
  return new AwsError("FileDoesNotExistException", `There is no file ${path} in ${name}`);
}

/** Throws FileTooLargeException. */
async function readBlob({ git }: Environment, { id }: Repository, blobId: string): Promise<Buffer> {
  const size = Number((await git.run(id, ["cat-file", "-s", blobId])).toString());
  if (size > largestFile)
    throw new AwsError(
      "FileTooLargeException",
      `The file has ${size} bytes, and the API gives at most ${largestFile}; use git for it.`,
    );
  return git.run(id, ["cat-file", "blob", blobId]);
}

function sorted(entries: readonly TreeEntry[]) {
  const place = ({ path }: TreeEntry) => ({
    absolutePath: path,
    relativePath: path.slice(path.lastIndexOf("/") + 1),
  });
  const file = (entry: TreeEntry) => ({
    blobId: entry.id,
    ...place(entry),
    fileMode: fileModeOf(entry.mode),
  });
  const blobs = entries.filter(({ type }) => type === "blob");
  const isLink = ({ mode }: TreeEntry) => fileModeOf(mode) === "SYMLINK";
  return {
    subFolders: entries
      .filter(({ type }) => type === "tree")
      .map((entry) => ({ treeId: entry.id, ...place(entry) })),
    files: blobs.filter((entry) => !isLink(entry)).map(file),
    symbolicLinks: blobs.filter(isLink).map(file),
    subModules: entries
      .filter(({ type }) => type === "commit")
      .map((entry) => ({ commitId: entry.id, ...place(entry) })),
  };
}
