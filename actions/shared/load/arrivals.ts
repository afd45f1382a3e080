import type { LoadStage } from "./report.ts";

/** `constant`: evenly spaced. `poisson`: as independent users arrive, with bursts and pauses. */
export type Spacing = "constant" | "poisson";

export interface Arrivals {
  /** When the next request is due, in milliseconds since the first stage began; Infinity after the last. */
  readonly dueMs: number;
  /** Moves to the next request. */
  advance(): void;
}

/**
 * Computes when requests are due, for stages in requests per second. The n-th is due when the rate, summed up since the
 * beginning, reaches n: so no request is lost between stages and a ramp has as many as its area.
 */
export function createArrivals(
  stages: readonly LoadStage[],
  spacing: Spacing,
  random: () => number = Math.random,
): Arrivals {
  const gap = () => (spacing === "constant" ? 1 : -Math.log(1 - random()));
  let index = 0;
  let beganMs = 0;
  let beganAtCount = 0;
  let count = spacing === "constant" ? 0 : gap();
  const dueMs = () => {
    for (let stage = stages[index]; stage; stage = stages[++index]) {
      const within = count - beganAtCount;
      const whole = requestsOf(stage);
      if (within < whole) return beganMs + timeOf(stage, within);
      beganMs += stage.durationMs;
      beganAtCount += whole;
    }
    return Number.POSITIVE_INFINITY;
  };
  const arrivals = {
    dueMs: dueMs(),
    advance() {
      count += gap();
      arrivals.dueMs = dueMs();
    },
  };
  return arrivals;
}

function requestsOf({ durationMs, from, to }: LoadStage): number {
  return (((from + to) / 2) * durationMs) / 1000;
}

/**
 * Returns the milliseconds after which a stage has sent `count`: the root of `from·t + (to−from)/(2·duration)·t² =
 * count`.
 */
function timeOf({ durationMs, from, to }: LoadStage, count: number): number {
  const perMs = from / 1000;
  const growth = (to - from) / 1000 / durationMs;
  if (count === 0) return 0;
  // This form of the root also works for a constant rate, where growth is 0.
  return (2 * count) / (perMs + Math.sqrt(Math.max(0, perMs * perMs + 2 * growth * count)));
}

export function totalMs(stages: readonly LoadStage[]): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

/** Returns the level `atMs` after the first stage began; 0 after the last one. */
export function levelAt(stages: readonly LoadStage[], atMs: number): number {
  let beganMs = 0;
  for (const { durationMs, from, to } of stages) {
    const within = atMs - beganMs;
    if (within < durationMs) return from + ((to - from) * within) / durationMs;
    beganMs += durationMs;
  }
  return 0;
}

export function highestLevel(stages: readonly LoadStage[]): number {
  return Math.max(0, ...stages.flatMap(({ from, to }) => [from, to]));
}
