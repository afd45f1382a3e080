import type { Fix } from "./item.ts";
import type { Status } from "./outcome.ts";

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

/** Keeps sums of weights finite. */
export const largestWeight = 1000;

/** Weight by item id. */
export type Weights = { readonly [id: string]: number };

export function scoreOf(items: readonly Pick<ItemReport, "status" | "weight">[]): Score {
  const sum = (counted: readonly { weight: number }[]) =>
    counted.reduce((sum, { weight }) => sum + weight, 0);
  const points = sum(items.filter(({ status }) => status === "pass"));
  const of = sum(items.filter(({ status }) => status !== "unchecked"));
  return { points, of, percent: of === 0 ? 0 : Math.floor((100 * points) / of) };
}
