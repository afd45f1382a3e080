import { Failure } from "../../shared/failure.ts";
import type { MirrorContext } from "./context.ts";
import type { Git } from "./git/git.ts";
import type { MirrorInputs } from "./inputs.ts";
import { refuseLoss, refuseOlder } from "./order.ts";
import type { MirrorRecord } from "./record.ts";
import { countCommits, listChanges } from "./source/changes.ts";
import { checkContent } from "./source/check-content.ts";
import { fillTree } from "./source/fill-files.ts";
import { findFolder } from "./source/folder-tree.ts";
import { openSource } from "./source/open-source.ts";
import { inScratchRepository } from "./source/scratch-repository.ts";
import { readMirroredFrom, writeSnapshot } from "./source/snapshot-commit.ts";
import { fetchHead } from "./target/fetch-head.ts";
import { openTarget, settleRepository, type Target } from "./target/open-target.ts";
import { push } from "./target/push.ts";
import { verify } from "./target/verify.ts";

/** Reads, compares, pushes and verifies: nothing in AWS changes before everything that can be wrong here is checked. */
export async function mirror(
  context: MirrorContext,
  inputs: MirrorInputs,
  record: MirrorRecord,
): Promise<void> {
  const source = await openSource(context, inputs.ref);
  record.sourceCommit = source.commit;
  await inScratchRepository(context, source, async (git) => {
    await checkBranchName(git, inputs.branch);
    await checkContent(context, git, source.commit, inputs);
    const tree = inputs.snapshot && (await makeTree(git, source.commit, inputs.snapshot));
    const found = await openTarget(context, inputs);
    record.url = found.url ?? "";
    const mirroring: Mirroring = { context, git, inputs, record, found };
    const plan = tree ? await planSnapshot(mirroring, tree) : await planCommit(mirroring);
    await keepPlan(git, plan, record);
    if (record.hasChanges && inputs.mode === "apply") await apply(mirroring, plan);
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
  if (!found.head || !found.url)
    return { target: found, commit: await writeSnapshot(git, { tree, parent: undefined, source, origin }) };
  const head = await fetchHead(context, git, found.url, found);
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
  record.url = await settleRepository(context, target);
  context.log.info(`Pushing ${commit} to ${target.branch} of ${target.repository}.`);
  record.pushed = await push(context, git, record.url, target, commit);
  record.commit = commit;
  await verify(context, target, commit);
}
