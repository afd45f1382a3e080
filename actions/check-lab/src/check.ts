import { type Item, runItem } from "./item.ts";
import type { Lab } from "./lab.ts";
import { Missing, Unreadable } from "./outcome.ts";
import { findOwnWork, type OwnWork } from "./own-work.ts";
import type { Phase } from "./phases/phases.ts";
import { type ItemReport, type PhaseReport, type Report, scoreOf, type Weights } from "./report.ts";
import { type CheckedItem, findWaiting } from "./waiting.ts";

interface CheckSettings {
  readonly phases: readonly Phase[];
  readonly weights: Weights;
  readonly student: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Checks all items at the same time, since most of it is waiting; the reads that items share are done once. */
export async function checkLab(lab: Lab, settings: CheckSettings): Promise<Report> {
  const { phases, weights, student, now, signal } = settings;
  const items = phases.flatMap((phase) => phase.items);
  const checked: CheckedItem[] = await Promise.all(
    items.map(async (item) => ({ item, outcome: await runItem(item, lab), weight: weights[item.id] ?? 1 })),
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
