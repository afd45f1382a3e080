import { Failure } from "../../../shared/failure.ts";
import { didYouMean } from "../../../shared/nearest-name.ts";
import { type Git, GitError } from "../git/git.ts";

export interface Entry {
  readonly mode: string;
  readonly id: string;
  /** Path from the folder on. */
  readonly path: string;
}

export interface Folder {
  /** Tree object. */
  readonly tree: string;
  readonly files: readonly Entry[];
}

/** Finds the folder of a commit, after a check that it contains only files. */
export async function findFolder(git: Git, commit: string, path: string): Promise<Folder> {
  const tree = await git.text(["rev-parse", "--verify", "--quiet", `${commit}:${path}`]).catch((error) => {
    if (!(error instanceof GitError)) throw error;
    return undefined;
  });
  if (!tree) throw await noFolder(git, commit, path);
  if ((await git.text(["cat-file", "-t", tree])) !== "tree")
    throw new Failure(`${path} is not a folder in commit ${short(commit)} (input path)`, {
      nextStep: "set it to the folder that becomes the root; nothing was changed.",
    });
  const files = parseEntries(await git.text(["ls-tree", "-r", "-z", tree]));
  refuseLinks(files, path);
  return { tree, files };
}

export function short(commit: string): string {
  return commit.slice(0, 10);
}

async function noFolder(git: Git, commit: string, path: string): Promise<Failure> {
  const folders = (await git.text(["ls-tree", "-r", "-d", "-z", "--name-only", commit])).split("\0");
  return new Failure(
    `Commit ${short(commit)} does not have the folder ${path} (input path)${didYouMean(path, folders)}`,
    {
      nextStep:
        "correct the input path, or commit a file in that folder: Git keeps no empty ones. Nothing was changed.",
    },
  );
}

function parseEntries(listing: string): Entry[] {
  const lines = listing.split("\0").filter((line) => line !== "");
  return lines.map((line) => {
    const [, mode = "", id = "", path = ""] = /^(\d+) \w+ (\w+)\t([\s\S]*)$/.exec(line) ?? [];
    return { mode, id, path };
  });
}

/** Modes of Git's trees. Source: git-fast-import(1), "filemodify". */
const links: Readonly<Record<string, string>> = { "120000": "a symbolic link", "160000": "a submodule" };

/** Refuses links: their targets are outside of the folder, and missing in a mirror of it. */
function refuseLinks(files: readonly Entry[], folder: string): void {
  const found = files.flatMap(({ mode, path }) => (links[mode] ? `${folder}/${path} is ${links[mode]}` : []));
  if (found.length === 0) return;
  throw new Failure(`The mirror of a folder would lack the targets of its links: ${found.join(", ")}`, {
    nextStep:
      "replace the links with files, or mirror the whole repository (without input path); nothing was changed.",
  });
}
