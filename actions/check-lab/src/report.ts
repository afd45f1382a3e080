import { type Fix, type Item, runItem } from "./item.ts";
import type { Lab } from "./lab.ts";
import { Missing, type Status, Unreadable } from "./outcome.ts";
import type { Phase } from "./phases/phases.ts";

/** Result of one run. Its JSON is described by report.schema.json. */
export interface Report {
  readonly version: 1;
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly student: string;
  readonly account: string | null;
  readonly region: string;
  readonly score: Score;
  readonly phases: readonly PhaseReport[];
  /** Which resource was taken for what. */
  readonly taken: { readonly [role: string]: string };
  readonly notes: readonly string[];
}

export interface Score {
  /** Weights of the items that passed. */
  readonly points: number;
  /** Weights of the items that passed or failed; those that could not be checked do not count. */
  readonly of: number;
  /** 0 to 100, rounded down; 0 if nothing could be checked. */
  readonly percent: number;
}

export interface PhaseReport {
  readonly phase: number;
  readonly title: string;
  readonly score: Score;
  readonly items: readonly ItemReport[];
}

export interface ItemReport {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly weight: number;
  readonly evidence: string;
  /** Only for a fail. */
  readonly fix?: Fix;
}

/** Weight by item id. */
export type Weights = { readonly [id: string]: number };

export interface ReportSettings {
  readonly phases: readonly Phase[];
  readonly weights: Weights;
  readonly student: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Checks one item after the other; the reads that items share are done once. */
export async function checkLab(lab: Lab, settings: ReportSettings): Promise<Report> {
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

export function scoreOf(items: readonly Pick<ItemReport, "status" | "weight">[]): Score {
  const sum = (counted: readonly { weight: number }[]) =>
    counted.reduce((sum, { weight }) => sum + weight, 0);
  const points = sum(items.filter(({ status }) => status === "pass"));
  const of = sum(items.filter(({ status }) => status !== "unchecked"));
  return { points, of, percent: of === 0 ? 0 : Math.floor((100 * points) / of) };
}
