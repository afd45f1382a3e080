import type { Git } from "../git/git.ts";

const trailer = "Mirrored-from";

interface Snapshot {
  readonly tree: string;
  /** Undefined for the first commit of a branch. */
  readonly parent: string | undefined;
  /** The commit that the tree was made from. */
  readonly source: string;
  /** `server/owner/name` of its repository. */
  readonly origin: string;
}

/**
 * Writes a commit of `tree` with the source commit's people, times and message, and the trailer `Mirrored-from`. The
 * same snapshot is the same commit, whenever and wherever it is made.
 */
export async function writeSnapshot(git: Git, { tree, parent, source, origin }: Snapshot): Promise<string> {
  // Latin-1 keeps every byte of a message, in whatever encoding it is.
  const commit = (await git.bytes(["cat-file", "commit", source])).toString("latin1");
  const end = commit.indexOf("\n\n");
  const people = commit.slice(0, end).match(/^(author|committer|encoding) .*$/gm) ?? [];
  const message = await git.bytes(
    ["interpret-trailers", "--no-divider", "--trailer", `${trailer}: ${origin}@${source}`],
    {
      input: Buffer.from(commit.slice(end + 2), "latin1"),
    },
  );
  const head = [`tree ${tree}`, ...(parent ? [`parent ${parent}`] : []), ...people, "", ""].join("\n");
  return git.text(["hash-object", "-t", "commit", "-w", "--stdin"], {
    input: Buffer.concat([Buffer.from(head, "latin1"), message]),
  });
}

export interface MirroredFrom {
  readonly origin: string;
  readonly commit: string;
}

/** Reads the trailer of a commit; undefined for one that no mirror made. */
export async function readMirroredFrom(git: Git, commit: string): Promise<MirroredFrom | undefined> {
  const format = `--format=%(trailers:key=${trailer},valueonly)`;
  const values = (await git.text(["log", "-1", format, commit])).trim().split("\n");
  const [, origin, source] = /^(.+)@([0-9a-f]{40,64})$/.exec(values.at(-1) ?? "") ?? [];
  return origin && source ? { origin, commit: source } : undefined;
}
