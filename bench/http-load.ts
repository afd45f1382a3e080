import { createHistogram } from "node:perf_hooks";
import autocannon from "autocannon";
import type { Load, LoadResult } from "./run-program.ts";

// Runs in a separate process, so that the benchmark's own work adds nothing to the measured latency.
const { url, connections, expected, seconds } = JSON.parse(process.argv[2] ?? "") as Load;
// autocannon's own percentiles are whole milliseconds, too coarse for responses that take only a few.
const microseconds = createHistogram();
const load = autocannon(
  {
    url,
    connections,
    duration: seconds,
    verifyBody: (body) => String(body).includes(expected),
  },
  (error, result) => {
    if (error) throw error;
    const answered = result["2xx"];
    const failed = result.non2xx + result.errors + result.mismatches;
    process.send?.({
      requestsPerSecond: answered / result.duration,
      p99Ms: microseconds.percentile(99) / 1000,
      answered,
      failed,
    } satisfies LoadResult);
  },
);
load.on("response", (_client, _status, _bytes, ms) =>
  microseconds.record(Math.max(1, Math.round(ms * 1000))),
);
