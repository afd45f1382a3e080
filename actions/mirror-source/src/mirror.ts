import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { createPace } from "../../core/pace.ts";
import { namesOfSensitive, privateKeyPattern, refusePrivateKeys } from "../../core/sensitive-files.ts";
import type { MirrorContext } from "./context.ts";
import { createGit, explainGitError, type Git, GitError } from "./git/git.ts";
import { remoteVariables } from "./git/remote-variables.ts";
import type { MirrorInputs } from "./inputs.ts";
import type { FileChange, MirrorRecord } from "./publish.ts";
import { fillTree, findFolder } from "./source/fill-files.ts";
import { openSource, readMirroredFrom, type Source, writeSnapshot } from "./source/open-source.ts";
import {
  exists,
  moved,
  openTarget,
  push,
  readHead,
  refuseLoss,
  refuseOlder,
  type Target,
} from "./target/open-target.ts";

/** Reads, compares, pushes and verifies: nothing in AWS changes before everything that can be wrong here is checked. */
export async function mirror(
  context: MirrorContext,
  inputs: MirrorInputs,
  record: MirrorRecord,
): Promise<void> {
  record.origin = originOf(context.variables);
  record.region = await context.codecommit.config.region();
  const source = await openSource(context);
  record.sourceCommit = source.commit;
  await inScratchRepository(context, source, async (git) => {
    await checkBranchName(git, inputs.branch);
    await checkContent(context, git, source.commit, inputs);
    const tree = inputs.snapshot && (await makeTree(git, source.commit, inputs.snapshot));
    const found = await openTarget(context, inputs);
    record.url = found.url;
    const mirroring: Mirroring = { context, git, inputs, record, found };
    const plan = tree ? await planSnapshot(mirroring, tree) : await planCommit(mirroring);
    await keepPlan(git, plan, record);
    if (record.hasChanges && inputs.mode === "apply") await apply(mirroring, plan);
  });
}

/** Returns the address of the repository that this runs in, such as `https://github.com/owner/name`. */
function originOf({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }: NodeJS.ProcessEnv): string {
  if (server && repository) return `${server}/${repository}`;
  throw new Failure("GITHUB_SERVER_URL and GITHUB_REPOSITORY, the address of the source, are not set", {
    nextStep: "run this in a GitHub workflow, or set both; nothing was changed.",
  });
}

interface Mirroring {
  readonly context: MirrorContext;
  readonly git: Git;
  readonly inputs: MirrorInputs;
  readonly record: MirrorRecord;
  /** The target as the API returned it before anything was done. */
  readonly found: Target;
}

interface Plan {
  readonly target: Target;
  /** The commit that the branch should have. */
  readonly commit: string;
}

async function checkBranchName(git: Git, branch: string): Promise<void> {
  if (await git.test(["check-ref-format", `refs/heads/${branch}`])) return;
  throw new Failure(`"${branch}" is not a valid branch name (input branch)`, {
    nextStep: "see git check-ref-format for the rules; nothing was changed.",
  });
}

async function makeTree(git: Git, commit: string, snapshot: NonNullable<MirrorInputs["snapshot"]>) {
  return fillTree(git, await findFolder(git, commit, snapshot.path), snapshot);
}

async function planCommit({ git, inputs, record, found }: Mirroring): Promise<Plan> {
  const { sourceCommit: commit } = record;
  if (found.head && found.head !== commit) await refuseLoss(git, found.head, commit, inputs);
  return { target: found, commit };
}

async function planSnapshot({ context, git, inputs, record, found }: Mirroring, tree: string): Promise<Plan> {
  const { sourceCommit: source, origin } = record;
  if (!found.head)
    return { target: found, commit: await writeSnapshot(git, { tree, parent: undefined, source, origin }) };
  const head = await fetchHead(context, git, found);
  const target = { ...found, head };
  if ((await git.text(["rev-parse", `${head}^{tree}`])) === tree) return { target, commit: head };
  const from = await readMirroredFrom(git, head);
  await refuseOlder(git, { from, origin, log: context.log }, source, inputs);
  return { target, commit: await writeSnapshot(git, { tree, parent: head, source, origin }) };
}

async function keepPlan(git: Git, { target: { head }, commit }: Plan, record: MirrorRecord): Promise<void> {
  record.previous = head ?? "";
  record.commit = commit;
  record.hasChanges = head !== commit;
  if (!record.hasChanges) return;
  record.changes = await listChanges(git, head, commit);
  record.commits = await countCommits(git, head, commit);
}

async function apply({ context, git, record }: Mirroring, { target, commit }: Plan): Promise<void> {
  record.commit = record.previous;
  context.log.info(`Pushing ${commit} to ${target.branch} of ${target.repository}.`);
  record.pushed = await push(context, git, target, commit);
  record.commit = commit;
  await verify(context, target, commit);
}

/** Fetches the branch with its history into the scratch repository; resolves to its head. */
async function fetchHead(context: MirrorContext, git: Git, { url, branch, repository }: Target) {
  const fetch = ["fetch", "--quiet", "--no-tags", "--no-auto-maintenance", "--", url, `refs/heads/${branch}`];
  try {
    await git.text(fetch, { variables: await remoteVariables(context, url) });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw explainGitError(error, `fetch ${branch} of ${repository}`, url);
  }
  return git.text(["rev-parse", "FETCH_HEAD"]);
}

/**
 * Works in an empty repository that borrows the objects of the checked-out one. The latter stays as it is: its
 * configuration and hooks are not used, and nothing fetched or created stays in it.
 */
async function inScratchRepository<T>(
  context: MirrorContext,
  { objects }: Source,
  use: (git: Git) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(context.variables.RUNNER_TEMP || tmpdir(), "mirror-"));
  try {
    const git = createGit(folder, context);
    await git.text(["init", "--quiet", "--bare", "--template=", "."]);
    await writeFile(join(folder, "objects/info/alternates"), `${objects}\n`);
    return await use(git);
  } finally {
    // Git's own children may still be ending after a cancellation.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The API that shows pushes may be this much behind the Git server. */
const toleranceMs = 30_000;

/** Returns only if CodeCommit's API shows the commit as the branch's head. */
async function verify(context: MirrorContext, target: Target, commit: string): Promise<void> {
  const deadlineAt = context.clock.now() + toleranceMs;
  const pace = createPace();
  for (;;) {
    const head = await readHead(context, target);
    if (head === commit) return;
    if (head !== target.head) throw moved({ ...target, head: commit }, head);
    if (context.clock.now() >= deadlineAt) break;
    await context.clock.wait(pace.next(false), context.signal);
  }
  throw new Failure(
    `${target.branch} of ${target.repository} does not have ${commit}, although git reported that it pushed it`,
    { nextStep: "check the branch in the CodeCommit console, and run the job again." },
  );
}

/** Lists files that differ between two commits; none when the first is not in this repository. */
async function listChanges(git: Git, from: string | undefined, to: string): Promise<FileChange[]> {
  const before = from ?? (await git.text(["hash-object", "-t", "tree", "--stdin"]));
  if (from && !(await exists(git, from))) return [];
  const output = await git.text(["diff-tree", "-r", "-z", "--no-renames", "--numstat", before, to]);
  return pathsIn(output).map((line) => {
    const [added, removed, path = ""] = line.split("\t");
    // Git writes "-" for a binary file.
    const isText = added !== "-";
    return { path, lines: isText ? { added: Number(added), removed: Number(removed) } : undefined };
  });
}

/** Counts the commits that the branch gains; undefined when its head is not in this repository. */
async function countCommits(git: Git, from: string | undefined, to: string): Promise<number | undefined> {
  if (from && !(await exists(git, from))) return undefined;
  return Number(await git.text(["rev-list", "--count", to, ...(from ? [`^${from}`] : [])]));
}

/** Refuses private keys among the files that are mirrored, and warns of others that rarely belong there. */
async function checkContent(
  { log }: MirrorContext,
  git: Git,
  commit: string,
  { snapshot }: MirrorInputs,
): Promise<void> {
  const folder = snapshot ? ["--", snapshot.path] : [];
  const keys = await git.find(["grep", "-zlIE", "-e", privateKeyPattern, commit, ...folder]);
  refusePrivateKeys(
    pathsIn(keys ?? "").map((name) => name.slice(commit.length + 1)),
    "remove them from the repository and replace them where they are used, or mirror a folder without them (input path); nothing was changed.",
  );
  const all = await git.text(["ls-tree", "-rz", "--name-only", "--full-tree", commit, ...folder]);
  const found = namesOfSensitive(pathsIn(all), ["dependencies", "environment", "credentials", "keys"]);
  if (found)
    log.warning(
      `The mirror contains ${found}. Everyone who can read the CodeCommit repository can read them.`,
    );
}

function pathsIn(listing: string): string[] {
  return listing.split("\0").filter((path) => path !== "");
}
