import type { Fix, Status } from "./outcome.ts";

/** Result of one run. Its JSON is described by report.schema.json. */
export interface Report {
  readonly version: 2;
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
  readonly points: number;
  /** Weights of all items, also of those that could not be checked: not to check never raises the score. */
  readonly of: number;
  /** Weights of the items that could not be checked. */
  readonly unchecked: number;
  /** Points in per cent of all, rounded down. */
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
  /** The weight, or 0. */
  readonly points: number;
  readonly evidence: string;
  /** Only for a fail. */
  readonly fix?: Fix;
  /** Only for a waiting item: ids of the items that fail for the same cause, or for the cause of this effect. */
  readonly waitsFor?: readonly string[];
  /** Why an item that passes or waits has no points. */
  readonly notCounted?: string;
}

/** Keeps sums of weights finite. */
export const largestWeight = 1000;

/** Weight by item id. */
export type Weights = { readonly [id: string]: number };

type Scored = Pick<ItemReport, "status" | "weight" | "points">;

export function scoreOf(items: readonly Scored[]): Score {
  const sum = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
  const points = sum(items.map((item) => item.points));
  const of = sum(items.map(({ weight }) => weight));
  const unchecked = sum(items.filter(({ status }) => status === "unchecked").map(({ weight }) => weight));
  return { points, of, unchecked, percent: of === 0 ? 0 : Math.floor((100 * points) / of) };
}
