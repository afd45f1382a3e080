import type { FileModeTypeEnum } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { GitError } from "../../runtime/git/git-program.ts";
import type { Repository } from "./state.ts";

/** An entry in a folder of a commit. */
export interface TreeEntry {
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

export function fileModeOf(mode: string): FileModeTypeEnum {
  const [name = "NORMAL"] = Object.entries(modes).find(([, each]) => each === mode) ?? [];
  return name as FileModeTypeEnum;
}

/** A path from the top, which may begin with a slash; "" is the top itself. Throws InvalidPathException. */
export function checkPath(path: string): string {
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

/** Returns the entry at a path of a commit, or of a tree. */
export async function entryAt(
  { git }: Environment,
  { id }: Repository,
  commitId: string,
  path: string,
): Promise<TreeEntry | undefined> {
  const listed = await git.run(id, ["--literal-pathspecs", "ls-tree", "-z", commitId, "--", path]);
  return parseTree(listed)[0];
}

/** Lists a folder of a commit, "" being the top; undefined when there is no such folder. */
export async function listFolder(
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
