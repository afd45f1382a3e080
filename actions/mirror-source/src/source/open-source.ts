import { Failure } from "../../../core/failure.ts";
import type { MirrorContext } from "../context.ts";
import { createGit, type Git, GitError } from "../git/git.ts";

/** The commit to mirror, in the checked-out repository, and the folder in which Git keeps its objects. */
export type Source = Awaited<ReturnType<typeof openSource>>;

export async function openSource(context: MirrorContext) {
  // A job in a container runs as another user than the one who checked out.
  const git = createGit(context.folder, context, [["safe.directory", context.folder]]);
  await checkGitVersion(git);
  const objects = await findObjects(git);
  await refuseIncomplete(git);
  return { objects, commit: await findCommit(git) };
}

async function findObjects(git: Git): Promise<string> {
  try {
    return await git.text(["rev-parse", "--path-format=absolute", "--git-path", "objects"]);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new Failure(`${git.folder} is not a Git repository: ${error.stderr.trim()}`, {
      nextStep: "check out the repository before this step, with actions/checkout and fetch-depth: 0.",
      cause: error,
    });
  }
}

/**
 * Refuses a shallow clone: without its history, a commit can neither be pushed as it is, nor be compared with an older
 * one.
 */
async function refuseIncomplete(git: Git): Promise<void> {
  if ((await git.text(["rev-parse", "--is-shallow-repository"])) === "true")
    throw new Failure("The checked-out repository is shallow: it lacks the history of its commits", {
      nextStep: "set `fetch-depth: 0` for actions/checkout; nothing was changed.",
    });
  if (await git.test(["config", "--get-regexp", "^remote\\..*\\.promisor$"]))
    throw new Failure("The checked-out repository is a partial clone: it lacks some of its files", {
      nextStep: "remove `filter` and `sparse-checkout` from actions/checkout; nothing was changed.",
    });
}

async function findCommit(git: Git): Promise<string> {
  const commit = await git.find(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (commit) return commit;
  throw new Failure("The checked-out repository has no commit", {
    nextStep: "check out a branch, tag or commit before this step; nothing was changed.",
  });
}

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
  // Latin-1 keeps every byte of a message, in any encoding.
  const commit = (await git.bytes(["cat-file", "commit", source])).toString("latin1");
  const end = commit.indexOf("\n\n");
  const people = commit.slice(0, end).match(/^(author|committer|encoding) .*$/gm) ?? [];
  const message = await git.bytes(
    ["interpret-trailers", "--no-divider", "--trailer", `${trailer}: ${origin}@${source}`],
    { input: Buffer.from(commit.slice(end + 2), "latin1") },
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

/** The first version that reads configuration from GIT_CONFIG_COUNT. Source: Git's release notes. */
const [neededMajor, neededMinor] = [2, 31];

async function checkGitVersion(git: Git): Promise<void> {
  const version = await git.text(["version"]);
  const [, major, minor] = /(?<!\d)(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) > neededMajor || (Number(major) === neededMajor && Number(minor) >= neededMinor)) return;
  throw new Failure(`This runner's git is too old (${version})`, {
    nextStep: `install git ${neededMajor}.${neededMinor} or later before this step; nothing was changed.`,
  });
}
