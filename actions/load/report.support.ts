import { addTimes, createTally, decodeHistogram, percentileOf } from "./counts.ts";
import type { LoadReport } from "./report.ts";

/** Creates a report of one generator with these latencies, each list in one second; `changes` make it unique. */
export function reportOf(
  startedAt: string,
  seconds: readonly (readonly number[])[],
  changes: Partial<LoadReport> = {},
): LoadReport {
  const startMs = Math.floor(Date.parse(startedAt) / 1000) * 1000;
  const tally = createTally();
  const timeline = seconds.map((latencies, index) => {
    for (const ms of latencies) tally.record(ms, false);
    return { atMs: startMs + index * 1000, durationMs: 1000, ...tally.take() };
  });
  const { durationMs, ...counts } = addTimes(timeline);
  return {
    version: 1,
    startedAt,
    durationMs,
    generators: 1,
    loop: "closed",
    level: 2,
    plannedMs: durationMs,
    cancelled: false,
    ...counts,
    statuses: { 200: counts.requests },
    errors: {},
    targets: ["http://web.example/"],
    timeline,
    generator: { busiestCore: 0.5, late: 0, latestMs: 0, lateForConnections: 0 },
    assertions: [],
    ...changes,
  };
}

export const percentile = (encoded: string, percent: number) =>
  percentileOf(decodeHistogram(encoded), percent);
