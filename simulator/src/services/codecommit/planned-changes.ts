import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { noFile } from "./files.ts";
import type { Repository } from "./state.ts";
import { checkFilePath, entryAt, type TreeEntry } from "./tree.ts";

export interface ChangedFile {
  readonly mode: string;
  readonly blobId: string;
}

/** The changes of one commit, each refused if the files of its parent do not allow it. */
export interface PlannedChanges {
  /** Files in the new commit; undefined for removed ones. */
  readonly files: ReadonlyMap<string, ChangedFile | undefined>;
  put(path: string, file: ChangedFile): Promise<void>;
  remove(path: string): Promise<void>;
  /** A file of the parent; throws FileDoesNotExistException. */
  existing(path: string | undefined): Promise<TreeEntry>;
  /** A file of the parent, if there is one. */
  before(path: string): Promise<TreeEntry | undefined>;
}

export function planChanges(
  environment: Environment,
  repository: Repository,
  parent: string | undefined,
): PlannedChanges {
  const files = new Map<string, ChangedFile | undefined>();
  const before = async (path: string) =>
    parent === undefined ? undefined : entryAt(environment, repository, parent, path);
  const refuseTwice = (path: string) => {
    if (files.has(path))
      throw new AwsError(
        "SamePathRequestException",
        `The commit cannot be created because it changes ${path} more than once.`,
      );
  };
  return {
    files,
    before,
    async existing(path) {
      const checked = checkFilePath(path);
      const entry = await before(checked);
      if (entry?.type !== "blob") throw noFile(checked, repository);
      return entry;
    },
    async put(path, file) {
      refuseTwice(path);
      await refuseConflict(path, before, files);
      files.set(path, file);
    },
    async remove(path) {
      refuseTwice(path);
      files.set(path, undefined);
    },
  };
}

/** A path is a file or a folder, not both. */
async function refuseConflict(
  path: string,
  before: PlannedChanges["before"],
  files: PlannedChanges["files"],
): Promise<void> {
  for (const [other, file] of files)
    if (file && (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)))
      throw new AwsError(
        "PutFileEntryConflictException",
        `The commit cannot be created because it makes both a file and a folder of ${other.length < path.length ? other : path}.`,
      );
  const there = await before(path);
  if (there?.type === "tree")
    throw new AwsError(
      "FileNameConflictsWithDirectoryNameException",
      `${path} is a folder of this repository.`,
    );
  const folders = path.split("/").slice(0, -1);
  for (const depth of folders.keys()) {
    const folder = folders.slice(0, depth + 1).join("/");
    const type = (await before(folder))?.type;
    if (type === "commit") throw submodule(folder);
    if (type === "blob" && !(files.has(folder) && files.get(folder) === undefined))
      throw new AwsError(
        "DirectoryNameConflictsWithFileNameException",
        `${folder} is a file of this repository.`,
      );
  }
  if (there?.type === "commit") throw submodule(path);
}

function submodule(path: string): AwsError {
  return new AwsError(
    "FilePathConflictsWithSubmodulePathException",
    `${path} is a submodule of this repository.`,
  );
}
