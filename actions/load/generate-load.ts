import { isExpected } from "./connection.ts";
import { createTally } from "./counts.ts";
import { type Load, type Sent, startLoop } from "./loop.ts";
import type { Interval, LoadReport } from "./report.ts";

export interface LoadPlan extends Load {
  /** Time before the load at the same level; its requests are not counted. */
  readonly warmUpMs: number;
}

/** How often the seconds are checked: more often than they are shown. */
const checkMs = 200;

/**
 * Sends the load and counts the results, without assertions. When `signal` aborts, it ends at once with what it has.
 */
export async function generateLoad(
  plan: LoadPlan,
  signal: AbortSignal,
  onInterval: OnInterval = () => {},
): Promise<LoadReport> {
  const beganAt = performance.now();
  const startedAt = beganAt + plan.warmUpMs;
  const recorder = createRecorder(startedAt, onInterval);
  const before = performance.eventLoopUtilization();
  const loop = startLoop({
    ...plan,
    startedAt: beganAt,
    durationMs: plan.warmUpMs + plan.durationMs,
    signal,
    onSent(sent) {
      if (sent.dueAt >= startedAt) recorder.record(sent);
    },
  });
  const checks = setInterval(() => recorder.advance(performance.now()), checkMs);
  await loop.done;
  clearInterval(checks);

  const endedAt = performance.now();
  const { lateness, ...counts } = recorder.finish(Math.max(startedAt, endedAt));
  return {
    version: 1,
    startedAt: new Date(performance.timeOrigin + startedAt).toISOString(),
    // Responses to the last requests come after it, and are counted; those to the last ones of the warm-up are not.
    durationMs: Math.round(Math.min(Math.max(0, endedAt - startedAt), plan.durationMs)),
    generators: 1,
    loop: plan.loop,
    level: plan.level,
    plannedMs: plan.durationMs,
    cancelled: signal.aborted,
    targets: plan.urls.map(({ href }) => href),
    ...counts,
    generator: { busiestCore: performance.eventLoopUtilization(before).utilization, ...lateness },
    assertions: [],
  };
}

/** From here on a person would call it late; a turn of Node's event loop under load is shorter. */
export const lateAfterMs = 10;

/** Called with a second that is over. */
export type OnInterval = (interval: Interval) => void;

/** Counts requests in two histograms, all and the current second's. `startedAt` and `now` are of performance.now(). */
export function createRecorder(startedAt: number, onInterval: OnInterval) {
  const tally = createTally();
  const statuses: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const lateness = { late: 0, latestMs: 0, lateForConnections: 0 };
  const seconds = createSeconds(performance.timeOrigin + startedAt, onInterval);
  return {
    record({ status, error, endedAt, latencyMs, lateMs, lateForConnections }: Sent): void {
      const isFailed = !isExpected(status);
      tally.record(latencyMs, isFailed);
      seconds.record(performance.timeOrigin + endedAt, latencyMs, isFailed);
      if (status === undefined) countUp(errors, error ?? "");
      else countUp(statuses, String(status));
      if (lateMs <= lateAfterMs) return;
      lateness.late++;
      lateness.latestMs = Math.max(lateness.latestMs, lateMs);
      if (lateForConnections) lateness.lateForConnections++;
    },
    /** Closes the seconds that are over, also without responses. */
    advance: (now: number) => seconds.advance(performance.timeOrigin + now),
    /** Returns all counts of a test that ended at `now`. */
    finish(now: number) {
      const timeline = seconds.finish(performance.timeOrigin + now);
      return { ...tally.take(), statuses, errors, timeline, lateness };
    },
  };
}

/** The timeline; times are milliseconds since the epoch. */
function createSeconds(startedMs: number, onInterval: OnInterval) {
  const timeline: Interval[] = [];
  const tally = createTally();
  let atMs = Math.floor(startedMs / 1000) * 1000;
  const close = (endedMs: number) => {
    const durationMs = Math.round(Math.min(atMs + 1000, endedMs) - Math.max(atMs, startedMs));
    const interval = { atMs, durationMs, ...tally.take() };
    timeline.push(interval);
    onInterval(interval);
    atMs += 1000;
  };
  const advance = (nowMs: number) => {
    while (nowMs >= atMs + 1000) close(nowMs);
  };
  return {
    advance,
    record(endedMs: number, latencyMs: number, isFailed: boolean) {
      advance(endedMs);
      tally.record(latencyMs, isFailed);
    },
    finish(endedMs: number): Interval[] {
      advance(endedMs);
      if (tally.requests() > 0 || endedMs > Math.max(atMs, startedMs)) close(endedMs);
      return timeline;
    },
  };
}

function countUp(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
