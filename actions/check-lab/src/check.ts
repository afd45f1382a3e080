import { type Item, runItem } from "./item.ts";
import type { Lab } from "./lab.ts";
import { Missing, Unreadable } from "./outcome.ts";
import type { Phase } from "./phases/phases.ts";
import { type ItemReport, type PhaseReport, type Report, scoreOf, type Weights } from "./report.ts";

interface CheckSettings {
  readonly phases: readonly Phase[];
  readonly weights: Weights;
  readonly student: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Checks one item after the other; the reads that items share are done once. */
export async function checkLab(lab: Lab, settings: CheckSettings): Promise<Report> {
  const { phases, weights, student, now, signal } = settings;
  const reports: PhaseReport[] = [];
  for (const { number, title, items } of phases) {
    const checked: ItemReport[] = [];
    for (const item of items) {
      signal.throwIfAborted();
      checked.push(await checkItem(item, lab, weights[item.id] ?? 1));
    }
    reports.push({ phase: number, title, score: scoreOf(checked), items: checked });
  }
  return {
    version: 1,
    checkedAt: new Date(now()).toISOString(),
    student,
    account: await lab.account.id().catch(unreadable),
    region: lab.account.region,
    score: scoreOf(reports.flatMap(({ items }) => items)),
    phases: reports,
    taken: Object.fromEntries(lab.roles.taken),
    notes: [...notesOf(lab), ...lab.roles.notes],
  };
}

async function checkItem(item: Item, lab: Lab, weight: number): Promise<ItemReport> {
  const { id, title, fix } = item;
  const { status, evidence } = await runItem(item, lab);
  return { id, title, status, weight, evidence, ...(status === "fail" && { fix }) };
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
