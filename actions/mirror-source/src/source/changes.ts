import type { Git } from "../git/git.ts";
import type { FileChange } from "../record.ts";

/** Lists files that differ between two commits; none when the first is not in this repository. */
export async function listChanges(git: Git, from: string | undefined, to: string): Promise<FileChange[]> {
  const before = from ?? (await git.text(["hash-object", "-t", "tree", "--stdin"]));
  if (from && !(await isHere(git, from))) return [];
  const output = await git.text(["diff-tree", "-r", "-z", "--no-renames", "--numstat", before, to]);
  const lines = output.split("\0").filter((line) => line !== "");
  return lines.map((line) => {
    const [added, removed, path = ""] = line.split("\t");
    // Git writes "-" for a binary file.
    const isText = added !== "-";
    return { path, lines: isText ? { added: Number(added), removed: Number(removed) } : undefined };
  });
}

/** Counts the commits that the branch gains; undefined when its head is not in this repository. */
export async function countCommits(
  git: Git,
  from: string | undefined,
  to: string,
): Promise<number | undefined> {
  if (from && !(await isHere(git, from))) return undefined;
  return Number(await git.text(["rev-list", "--count", to, ...(from ? [`^${from}`] : [])]));
}

function isHere(git: Git, commit: string): Promise<boolean> {
  return git.test(["cat-file", "-e", commit]);
}
