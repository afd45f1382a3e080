import { type Item, runItem } from "./item.ts";
import type { Lab } from "./lab.ts";
import { Missing, type Outcome, Unreadable } from "./outcome.ts";
import { findOwnWork, type OwnWork } from "./own-work.ts";
import type { Phase } from "./phases/phases.ts";
import { type ItemReport, type PhaseReport, type Report, scoreOf, type Weights } from "./report.ts";

interface CheckSettings {
  readonly phases: readonly Phase[];
  readonly weights: Weights;
  readonly student: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Called after each item. */
  readonly onItem?: (done: number, of: number) => void;
}

/** Checks all items at the same time, since most of it is waiting; the reads that items share are done once. */
export async function checkLab(lab: Lab, settings: CheckSettings): Promise<Report> {
  const { phases, weights, student, now, signal, onItem } = settings;
  const items = phases.flatMap((phase) => phase.items);
  let done = 0;
  const run = async (item: Item) => {
    const outcome = await runItem(item, lab);
    onItem?.(++done, items.length);
    return outcome;
  };
  const checked: CheckedItem[] = await Promise.all(
    items.map(async (item) => ({ item, outcome: await run(item), weight: weights[item.id] ?? 1 })),
  );
  signal.throwIfAborted();
  const waiting = findWaiting(checked);
  const own = findOwnWork(lab);
  const reports = new Map<Item, ItemReport>();
  for (const each of checked) reports.set(each.item, await reportOf(each, waiting.get(each.item.id), own));
  const reported = phases.map(({ number, title, items }): PhaseReport => {
    const found = items.flatMap((item) => reports.get(item) ?? []);
    return { phase: number, title, score: scoreOf(found), items: found };
  });
  return {
    version: 2,
    checkedAt: new Date(now()).toISOString(),
    student,
    account: await lab.account.id().catch(unreadable),
    region: lab.account.region,
    score: scoreOf([...reports.values()]),
    phases: reported,
    taken: Object.fromEntries([...lab.roles.taken].sort()),
    notes: [...notesOf(lab), ...lab.roles.notes.toSorted()],
  };
}

interface CheckedItem {
  readonly item: Item;
  readonly outcome: Outcome;
  readonly weight: number;
}

/**
 * Counts one cause once: returns the items that fail for the cause of others, with the ids of those others. An item waits
 * if it checks an effect of one that fails (`after`), also one that cannot be seen then, or if others have reported all its
 * problems. An item without weight is never waited for: it would hide a fault from the score.
 */
function findWaiting(checked: readonly CheckedItem[]): Map<string, string[]> {
  const fails = checked.filter(({ outcome }) => outcome.status === "fail");
  const counted = new Set(fails.filter(({ weight }) => weight > 0).map(({ item }) => item.id));
  const waitsFor = new Map<string, string[]>();
  for (const { item, outcome } of checked) {
    if (outcome.status === "pass") continue;
    const failing = (item.after ?? []).filter((id) => counted.has(id));
    if (failing.length > 0) waitsFor.set(item.id, failing);
  }
  const roots = (id: string): string[] => waitsFor.get(id)?.flatMap(roots) ?? [id];
  const firstWith = new Map<string, string>();
  for (const { item, outcome } of fails.toSorted(
    (one, other) => +(one.weight === 0) - +(other.weight === 0),
  )) {
    const { causes = [outcome.evidence] } = outcome;
    const known = causes
      .flatMap((cause) => firstWith.get(cause) ?? [])
      .filter((id) => !roots(id).includes(item.id));
    // The problems of one that waits for another reason are known, too.
    if (!waitsFor.has(item.id) && known.length === causes.length) waitsFor.set(item.id, known);
    else if (counted.has(item.id))
      for (const cause of causes) if (!firstWith.has(cause)) firstWith.set(cause, item.id);
  }
  return new Map([...waitsFor.keys()].map((id) => [id, [...new Set(roots(id))]]));
}

async function reportOf(
  { item, outcome, weight }: CheckedItem,
  waitsFor: readonly string[] | undefined,
  own: OwnWork,
): Promise<ItemReport> {
  const { id, title, fix } = item;
  const { status, evidence } = outcome;
  const head = { id, title, weight, evidence };
  if (status === "unchecked" && !waitsFor) return { ...head, status, points: 0 };
  if (status === "fail" && !waitsFor) return { ...head, status, points: 0, fix: { ...fix, ...outcome.fix } };
  const notCounted = waitsFor ? await own.whyWaitingNotCounted() : await own.whyNotCounted(id);
  const points = notCounted ? { points: 0, notCounted } : { points: weight };
  return waitsFor
    ? { ...head, status: "waiting", waitsFor, ...points }
    : { ...head, status: "pass", ...points };
}

function unreadable(error: unknown): null {
  if (error instanceof Unreadable || error instanceof Missing) return null;
  throw error;
}

const courseRegion = "us-east-1";

function notesOf({ account: { region } }: Lab): string[] {
  if (region === courseRegion) return [];
  return [`The region is ${region}; the course uses ${courseRegion}. Set AWS_REGION if the lab is there`];
}
