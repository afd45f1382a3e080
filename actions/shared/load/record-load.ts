import { isExpected } from "./connection.ts";
import { createTally } from "./counts.ts";
import type { Sent } from "./loop.ts";
import type { Interval, LoadReport } from "./report.ts";

/** From here on a person would call it late; a turn of Node's event loop under load is shorter. */
export const lateAfterMs = 10;

/** Called with a second that is over. */
export type OnInterval = (interval: Interval) => void;

type Late = Pick<LoadReport["generator"], "late" | "latestMs" | "lateForConnections">;
type Counts = Pick<LoadReport, "requests" | "failed" | "histogram" | "statuses" | "errors" | "timeline">;

interface LoadRecorder {
  record(sent: Sent): void;
  /** Closes the seconds that are over at `now`, also without responses. */
  advance(now: number): void;
  /** Returns all counts of a test that ended at `now`. */
  finish(now: number): Counts & { readonly lateness: Late };
}

/** Counts requests in two histograms, all and the current second's. `startedAt` and `now` are of performance.now(). */
export function createRecorder(startedAt: number, onInterval: OnInterval): LoadRecorder {
  const tally = createTally();
  const statuses: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const lateness = { late: 0, latestMs: 0, lateForConnections: 0 };
  const seconds = createSeconds(performance.timeOrigin + startedAt, onInterval);
  return {
    record({ status, error, endedAt, latencyMs, lateMs, lateForConnections }) {
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
    advance: (now) => seconds.advance(performance.timeOrigin + now),
    finish(now) {
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
