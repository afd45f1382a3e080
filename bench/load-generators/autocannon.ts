import { createHistogram } from "node:perf_hooks";
import autocannon from "autocannon";
import type { GeneratorLoad, GeneratorResult } from "./generator.ts";

const { url, connections, seconds } = JSON.parse(process.argv[2] ?? "") as GeneratorLoad;
// Its own percentiles are whole milliseconds.
const microseconds = createHistogram();
const load = autocannon({ url, connections, duration: seconds }, (error, result) => {
  if (error) throw error;
  if (result.errors + result.non2xx > 0) throw new Error(`${result.errors + result.non2xx} requests failed`);
  process.send?.({
    requestsPerSecond: result["2xx"] / result.duration,
    p50Ms: microseconds.percentile(50) / 1000,
    p99Ms: microseconds.percentile(99) / 1000,
  } satisfies GeneratorResult);
});
load.on("response", (_client, _status, _bytes, ms) =>
  microseconds.record(Math.max(1, Math.round(ms * 1000))),
);
