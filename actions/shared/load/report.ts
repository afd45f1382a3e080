import { readJson } from "./files.ts";
import { decodeHistogram, percentileOf } from "./histogram.ts";

/**
 * Measurements of a load test, as in its JSON file. All counts are of requests that were sent (closed loop) or due
 * (open loop) in the measured part, after the warm-up; each is counted once, whatever its result. Histograms are
 * HdrHistogram's V2 compressed encoding in base64, in microseconds, of every request counted, failed ones included.
 */
export interface LoadReport {
  readonly version: 1;
  /** Start of the measured part, in ISO 8601. */
  readonly startedAt: string;
  /** Length of the measured part; in a merged report, from the first generator's start to the last one's end. */
  readonly durationMs: number;
  /** Number of generators: 1, or the number merged. */
  readonly generators: number;
  /** `closed`: each connection sends after the last response. `open`: at a rate, however long responses take. */
  readonly loop: "closed" | "open";
  /** Connections of a closed loop, requests per second of an open one, of all generators together. */
  readonly level: number;
  /** Planned length of the measured part. */
  readonly plannedMs: number;
  /** The test was ended before its time. */
  readonly cancelled: boolean;
  readonly requests: number;
  /** Requests without a response, or with another status than 2xx. */
  readonly failed: number;
  /** Bytes of the received bodies. */
  readonly bytes: number;
  /** Responses by status: `{ "200": 1000 }`, expected or not. */
  readonly statuses: Readonly<Record<string, number>>;
  /**
   * Requests without a complete response by error: Node's and undici's codes such as `ECONNRESET`, `TIMEOUT` for the
   * time allowed, `NOT_SENT` for one of an open loop that never got a connection.
   */
  readonly errors: Readonly<Record<string, number>>;
  readonly histogram: string;
  readonly targets: readonly TargetReport[];
  /** Every second from the first to the last response, including those without any. */
  readonly timeline: readonly Interval[];
  readonly generator: GeneratorReport;
  readonly assertions: readonly AssertionReport[];
}

export interface TargetReport {
  readonly url: string;
  readonly requests: number;
  readonly failed: number;
  readonly histogram: string;
}

/** Responses and failures in one second of the clock. */
export interface Interval {
  /** Milliseconds since the epoch, a whole second: so those of several generators line up. */
  readonly atMs: number;
  /** How much of the second was part of the test. */
  readonly durationMs: number;
  readonly requests: number;
  readonly failed: number;
  readonly histogram: string;
}

/** The generator's own state, which shows whether the figures are the target's or its own. */
interface GeneratorReport {
  /** Processor time of all generators. */
  readonly cpuMs: number;
  /**
   * Node's event loop utilization, 0 to 1, of the busiest generator. Node sends from one core: near 1, it could send no
   * more.
   */
  readonly busiestCore: number;
  /** In an open loop, requests sent more than `lateAfterMs` after they were due, and the latest of them. */
  readonly late: number;
  readonly latestMs: number;
  /** Late requests that waited because all connections were waiting for responses. */
  readonly lateForConnections: number;
}

export interface AssertionReport {
  /** The assertion's line: `p99 < 300ms`. */
  readonly text: string;
  /** The measured value, in the unit of its text: milliseconds, per cent, requests per second or a count. */
  readonly value: number;
  readonly ok: boolean;
}

interface LoadSummary {
  readonly requestsPerSecond: number;
  /** Failed requests divided by all, from 0 to 1; 0 when there were none. */
  readonly errorRate: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * Computes the figures of a report or of one of its intervals; with a report's `durationMs`, also of one of its
 * targets.
 */
export function summarise(
  counted: Pick<Interval, "durationMs" | "requests" | "failed" | "histogram">,
): LoadSummary {
  const { durationMs, requests, failed } = counted;
  const histogram = decodeHistogram(counted.histogram);
  return {
    requestsPerSecond: durationMs === 0 ? 0 : (requests / durationMs) * 1000,
    errorRate: requests === 0 ? 0 : failed / requests,
    p50Ms: percentileOf(histogram, 50),
    p90Ms: percentileOf(histogram, 90),
    p95Ms: percentileOf(histogram, 95),
    p99Ms: percentileOf(histogram, 99),
    maxMs: histogram.maxValue / 1000,
  };
}

/** Reads the load report in a file. */
export function readReport(file: string): Promise<LoadReport> {
  return readJson<LoadReport>(file, {
    name: "a load report",
    source: "run-load-test writes (its input report)",
    isComplete: ({ histogram, timeline, generator }) =>
      Array.isArray(timeline) && generator !== undefined && decodeHistogram(histogram ?? "").totalCount >= 0,
  });
}
