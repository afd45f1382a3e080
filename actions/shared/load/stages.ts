import type { LoadStage } from "./report.ts";

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
