import type { Histogram } from "hdr-histogram-js";
import { formatNumber } from "../../shared/load/check-assertions.ts";
import { createHistogram, percentileOf } from "../../shared/load/histogram.ts";
import type { OnInterval } from "../../shared/load/record-load.ts";
import type { Log } from "../../shared/log.ts";

/** Seconds of measurement in one line of the log. */
const secondsPerLine = 5;

/** Logs the responses of every few seconds. */
export function createProgress(log: Log): OnInterval {
  const latencies: Histogram = createHistogram();
  const seen = { seconds: 0, durationMs: 0, requests: 0, failed: 0, totalMs: 0 };
  return ({ durationMs, requests, failed }, histogram) => {
    latencies.add(histogram);
    seen.seconds++;
    seen.durationMs += durationMs;
    seen.totalMs += durationMs;
    seen.requests += requests;
    seen.failed += failed;
    if (seen.seconds < secondsPerLine) return;
    const perSecond = formatNumber((seen.requests / seen.durationMs) * 1000);
    const p99 = formatNumber(percentileOf(latencies, 99));
    log.info(
      `${Math.round(seen.totalMs / 1000)} s: ${perSecond} requests/s, p99 ${p99} ms, ${seen.failed} failed`,
    );
    latencies.reset();
    Object.assign(seen, { seconds: 0, durationMs: 0, requests: 0, failed: 0 });
  };
}
