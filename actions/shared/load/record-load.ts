import type { Histogram } from "hdr-histogram-js";
import { createHistogram, encodeHistogram, recordMs } from "./histogram.ts";
import { isExpected } from "./connection.ts";
import type { Sent } from "./loop.ts";
import type { Interval, LoadReport, TargetReport } from "./report.ts";

/** From here on a person would call it late; a turn of Node's event loop under load is shorter. */
export const lateAfterMs = 10;

/** Called with a second that is over and its histogram, before the histogram is used again. */
export type OnInterval = (interval: Omit<Interval, "histogram">, histogram: Histogram) => void;

type Counts = Pick<
  LoadReport,
  "requests" | "failed" | "bytes" | "statuses" | "errors" | "histogram" | "targets" | "timeline"
> & { readonly late: number; readonly latestMs: number; readonly lateForConnections: number };

interface LoadRecorder {
  record(sent: Sent): void;
  /** Closes the seconds that are over at `now`, also without responses. */
  advance(now: number): void;
  /** Returns all counts of a test that ended at `now`. */
  finish(now: number): Counts;
}

/**
 * Counts requests in a fixed number of histograms: one per target, and one for the current second, which is encoded
 * when the second is over. `startedAt` and `now` are of performance.now().
 */
export function createRecorder(
  urls: readonly URL[],
  startedAt: number,
  onInterval: OnInterval,
): LoadRecorder {
  const perTarget = urls.map(() => ({ requests: 0, failed: 0, histogram: createHistogram() }));
  const statuses: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const lateness = { late: 0, latestMs: 0, lateForConnections: 0 };
  const seconds = createSeconds(performance.timeOrigin + startedAt, onInterval);
  let bytes = 0;
  return {
    record(sent) {
      const { status, error, latencyMs } = sent;
      const failed = !isExpected(status);
      const target = perTarget[sent.target] as (typeof perTarget)[number];
      target.requests++;
      if (failed) target.failed++;
      recordMs(target.histogram, latencyMs);
      seconds.record(performance.timeOrigin + sent.endedAt, latencyMs, failed);
      bytes += sent.bytes;
      if (status === undefined) countUp(errors, error ?? "");
      else countUp(statuses, String(status));
      if (sent.lateMs <= lateAfterMs) return;
      lateness.late++;
      lateness.latestMs = Math.max(lateness.latestMs, sent.lateMs);
      if (sent.lateForConnections) lateness.lateForConnections++;
    },
    advance: (now) => seconds.advance(performance.timeOrigin + now),
    finish(now) {
      const all = createHistogram();
      for (const { histogram } of perTarget) all.add(histogram);
      return {
        requests: perTarget.reduce((sum, { requests }) => sum + requests, 0),
        failed: perTarget.reduce((sum, { failed }) => sum + failed, 0),
        bytes,
        statuses,
        errors,
        histogram: encodeHistogram(all),
        targets: urls.map(({ href }, index): TargetReport => {
          const { histogram, ...counts } = perTarget[index] as (typeof perTarget)[number];
          return { url: href, ...counts, histogram: encodeHistogram(histogram) };
        }),
        timeline: seconds.finish(performance.timeOrigin + now),
        ...lateness,
      };
    },
  };
}

/** The timeline; times are milliseconds since the epoch. */
function createSeconds(startedMs: number, onInterval: OnInterval) {
  const timeline: Interval[] = [];
  const histogram = createHistogram();
  let atMs = Math.floor(startedMs / 1000) * 1000;
  let requests = 0;
  let failed = 0;
  const close = (endedMs: number) => {
    const durationMs = Math.round(Math.min(atMs + 1000, endedMs) - Math.max(atMs, startedMs));
    const counted = { atMs, durationMs, requests, failed };
    onInterval(counted, histogram);
    timeline.push({ ...counted, histogram: encodeHistogram(histogram) });
    histogram.reset();
    atMs += 1000;
    requests = 0;
    failed = 0;
  };
  const advance = (nowMs: number) => {
    while (nowMs >= atMs + 1000) close(nowMs);
  };
  return {
    advance,
    record(endedMs: number, latencyMs: number, isFailed: boolean) {
      advance(endedMs);
      requests++;
      if (isFailed) failed++;
      recordMs(histogram, latencyMs);
    },
    finish(endedMs: number): Interval[] {
      advance(endedMs);
      if (requests > 0 || endedMs > Math.max(atMs, startedMs)) close(endedMs);
      return timeline;
    },
  };
}

function countUp(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
