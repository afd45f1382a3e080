import type { Run } from "./run-virtually.ts";

export interface Summary {
  readonly meanLagSeconds: number;
  readonly p90LagSeconds: number;
  /** Percentage of green runs; every deployment in them succeeds. */
  readonly greenPercent: number;
  readonly meanCalls: number;
  /** The first fault found in a run's output. */
  readonly complaint: string;
}

/** Summarizes the runs; lags are NaN when no run was green. */
export function summarize(runs: readonly Run[]): Summary {
  const green = runs.filter((run) => run.green);
  const lags = green.map(({ lagMs }) => lagMs / 1000).sort((one, other) => one - other);
  return {
    meanLagSeconds: mean(lags),
    p90LagSeconds: lags[Math.ceil(lags.length * 0.9) - 1] ?? Number.NaN,
    greenPercent: (100 * green.length) / runs.length,
    meanCalls: mean(runs.map(({ calls }) => calls)),
    complaint: runs.find((run) => run.complaint)?.complaint ?? "",
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
