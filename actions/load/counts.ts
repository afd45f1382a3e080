import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

/** Each request counts once, including failures. */
export interface Requests {
  readonly requests: number;
  /** Requests without a response, or with another status than 2xx. */
  readonly failed: number;
  /**
   * Latencies of every request counted, failed ones included, in microseconds: HdrHistogram's V2 compressed encoding in
   * base64.
   */
  readonly histogram: string;
}

export interface Counted extends Requests {
  readonly durationMs: number;
}

/** Counts requests, in one histogram. */
export function createTally() {
  const histogram = createHistogram();
  const counts = { requests: 0, failed: 0 };
  return {
    record(latencyMs: number, isFailed: boolean): void {
      counts.requests++;
      if (isFailed) counts.failed++;
      // A latency beyond the histogram's range counts at its end.
      histogram.recordValue(Math.min(highestMicroseconds, Math.max(1, Math.round(latencyMs * 1000))));
    },
    requests: () => counts.requests,
    /** Returns the counts, and begins again at 0. */
    take(): Requests {
      const taken = { ...counts, histogram: encodeHistogram(histogram) };
      Object.assign(counts, { requests: 0, failed: 0 });
      histogram.reset();
      return taken;
    },
  };
}

/** Returns the same as one tally that had recorded everything. */
export function addRequests(parts: readonly Requests[]): Requests {
  const sum = createHistogram();
  for (const { histogram } of parts) sum.add(decodeHistogram(histogram));
  return {
    requests: total(parts, ({ requests }) => requests),
    failed: total(parts, ({ failed }) => failed),
    histogram: encodeHistogram(sum),
  };
}

/** Adds the counts of times that follow each other. */
export function addTimes(parts: readonly Counted[]): Counted {
  return { durationMs: total(parts, ({ durationMs }) => durationMs), ...addRequests(parts) };
}

export function total<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + pick(item), 0);
}

export interface LoadSummary {
  readonly requestsPerSecond: number;
  /** Failed requests divided by all, from 0 to 1; 0 without requests. */
  readonly errorRate: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export function summarise({ durationMs, requests, failed, histogram }: Counted): LoadSummary {
  const latencies = decodeHistogram(histogram);
  return {
    requestsPerSecond: durationMs === 0 ? 0 : (requests / durationMs) * 1000,
    errorRate: requests === 0 ? 0 : failed / requests,
    p50Ms: percentileOf(latencies, 50),
    p95Ms: percentileOf(latencies, 95),
    p99Ms: percentileOf(latencies, 99),
    maxMs: latencies.maxValue / 1000,
  };
}

/** Above the latency of any request: one of an open loop counts from when it was due, through a stall of minutes. */
const highestMicroseconds = 3_600_000_000;

/**
 * Creates an empty HdrHistogram of microseconds, exact to three digits; all have one shape, so that they add without
 * loss.
 */
function createHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestMicroseconds,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });
}

/** HdrHistogram's V2 compressed encoding in base64, which its tools in every language read. */
const encodeHistogram = encodeIntoCompressedBase64;

/** Throws for a text that is not such an encoding. */
export const decodeHistogram = (encoded: string) => decodeFromCompressedBase64(encoded, 32);

/** Returns the milliseconds that `percent` of the recorded values do not exceed; 0 for an empty histogram. */
export function percentileOf(histogram: Histogram, percent: number): number {
  return histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(percent) / 1000;
}
