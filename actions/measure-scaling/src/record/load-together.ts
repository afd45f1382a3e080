import { Failure } from "../../../shared/failure.ts";
import { addHistograms } from "../../../shared/load/histogram.ts";
import { mergeReports } from "../../../shared/load/merge-reports.ts";
import type { LoadReport } from "../../../shared/load/report.ts";
import { summarise } from "../../../shared/load/summarise.ts";
import type { MeasuredLoad } from "../measurement.ts";

const secondMs = 1000;
/**
 * Generators are jobs that start seconds apart. With a smaller common share, most of the load did not come from all.
 */
const leastCommonShare = 0.5;

/**
 * Combines the measurements of all generators while all of them sent: the whole seconds between the last one's start
 * and the first one's end, since the load was lower before and after. A single generator counts completely.
 */
export function measureTogether(reports: readonly [LoadReport, ...LoadReport[]]): MeasuredLoad {
  const whole = mergeReports(reports);
  const counted = reports.length === 1 ? whole : cutToCommonTime(whole, reports);
  const { requestsPerSecond, errorRate, p50Ms, p95Ms, p99Ms } = summarise(counted);
  return {
    startedAt: counted.startedAt,
    durationMs: counted.durationMs,
    generators: whole.generators,
    loop: whole.loop,
    offeredPerSecond: requestsPerSecond,
    answeredPerSecond: requestsPerSecond * (1 - errorRate),
    errorRate,
    p50Ms,
    p95Ms,
    p99Ms,
    busiestCore: whole.generator.busiestCore,
  };
}

type Counted = Pick<LoadReport, "startedAt" | "durationMs" | "requests" | "failed" | "histogram">;

function cutToCommonTime(whole: LoadReport, reports: readonly LoadReport[]): Counted {
  const starts = reports.map(({ startedAt }) => Date.parse(startedAt));
  const ends = reports.map((report) => Date.parse(report.startedAt) + report.durationMs);
  const from = Math.ceil(Math.max(...starts) / secondMs) * secondMs;
  const to = Math.floor(Math.min(...ends) / secondMs) * secondMs;
  const shortest = Math.min(...reports.map(({ durationMs }) => durationMs));
  if (to - from < shortest * leastCommonShare) {
    const common = Math.max(0, (to - from) / secondMs);
    throw new Failure(
      `The ${reports.length} generators sent load at the same time for only ${common} s of ${Math.round(shortest / secondMs)} s`,
      { nextStep: "run the test again, with a longer duration or fewer generators." },
    );
  }
  const seconds = whole.timeline.filter(({ atMs }) => atMs >= from && atMs < to);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    startedAt: new Date(from).toISOString(),
    durationMs: to - from,
    requests: sum(seconds.map(({ requests }) => requests)),
    failed: sum(seconds.map(({ failed }) => failed)),
    histogram: addHistograms(seconds.map(({ histogram }) => histogram)),
  };
}
