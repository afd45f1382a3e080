import type { FileModeTypeEnum } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { Operations } from "../api.ts";
import { resolveCommit } from "./commits.ts";
import { type CodeCommitState, find, type Repository } from "./state.ts";

/** Maximum bytes of a file in the API. Source: quotas of CodeCommit, "Individual files". */
export const largestFile = 6 * 1024 * 1024;

export function fileOperations(state: CodeCommitState): Operations<"codecommit"> {
  const { environment } = state;
  return {
    async getFile({ repositoryName, commitSpecifier, filePath }) {
      const repository = find(state, repositoryName);
      const path = checkFilePath(filePath);
      const commitId = await resolveCommit(environment, repository, commitSpecifier);
      const entry = await findFile(environment, repository, commitId, path);
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
        throw new AwsError(
          "FolderDoesNotExistException",
          `Folder ${path} does not exist in ${repository.name}`,
        );
      return { commitId, folderPath: path, treeId: folder.treeId, ...sorted(folder.entries) };
    },
  };
}

/** Throws FileDoesNotExistException. */
export async function findFile(
  { git }: Environment,
  { id, name }: Repository,
  commitId: string | undefined,
  path: string,
): Promise<TreeEntry> {
  const list = ["--literal-pathspecs", "ls-tree", "-z", commitId ?? "", "--", path];
  const [entry] = commitId === undefined ? [] : parseTree(await git.run(id, list));
  if (entry?.type === "blob") return entry;
  throw new AwsError("FileDoesNotExistException", `File ${path} does not exist in ${name}`);
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

/** An entry in a folder of a commit. */
interface TreeEntry {
  /** As Git writes it, in octal: `100644`. */
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly id: string;
  /** From the top of the repository, without a slash before it. */
  readonly path: string;
}

const modes: Readonly<Record<FileModeTypeEnum, string>> = {
  NORMAL: "100644",
  EXECUTABLE: "100755",
  SYMLINK: "120000",
};

/** Throws InvalidFileModeException. */
export function modeOf(fileMode: string): string {
  const mode = modes[fileMode as FileModeTypeEnum];
  if (mode !== undefined) return mode;
  const allowed = Object.keys(modes).join(", ");
  throw new AwsError(
    "InvalidFileModeException",
    `The file mode ${fileMode} is not valid; it is one of ${allowed}.`,
  );
}

function fileModeOf(mode: string): FileModeTypeEnum {
  const [name = "NORMAL"] = Object.entries(modes).find(([, each]) => each === mode) ?? [];
  return name as FileModeTypeEnum;
}

/** A path from the top, which may begin with a slash; "" is the top itself. Throws InvalidPathException. */
function checkPath(path: string): string {
  const relative = path.replace(/^\/|\/$/g, "");
  const parts = relative === "" ? [] : relative.split("/");
  if (
    relative.includes("\0") ||
    parts.some((part) => ["", ".", ".."].includes(part) || /^\.git$/i.test(part))
  )
    throw new AwsError("InvalidPathException", `The path ${JSON.stringify(path)} is not valid.`);
  return relative;
}

/** The path of a file. Throws PathRequiredException or InvalidPathException. */
export function checkFilePath(path: string | undefined): string {
  const checked = checkPath(path ?? "");
  if (checked === "") throw new AwsError("PathRequiredException", "The path of a file is required.");
  return checked;
}

/** Lists a folder of a commit, "" being the top; undefined if it does not exist. */
async function listFolder(
  { git }: Environment,
  { id }: Repository,
  commitId: string,
  path: string,
): Promise<{ treeId: string; entries: TreeEntry[] } | undefined> {
  try {
    const tree = await git.run(id, ["rev-parse", "--verify", "--quiet", `${commitId}:${path}`]);
    const treeId = tree.toString().trim();
    const entries = parseTree(await git.run(id, ["ls-tree", "-z", treeId]));
    const above = path === "" ? "" : `${path}/`;
    return { treeId, entries: entries.map((entry) => ({ ...entry, path: `${above}${entry.path}` })) };
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** Source: git-ls-tree, "Output format". */
function parseTree(output: Buffer): TreeEntry[] {
  return output
    .toString()
    .split("\0")
    .filter(Boolean)
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", type, id = ""] = line.slice(0, tab).split(" ");
      return { mode, type: type as TreeEntry["type"], id, path: line.slice(tab + 1) };
    });
}
