import { decodeHistogram, percentileOf } from "./histogram.ts";
import type { Interval } from "./report.ts";

export interface LoadSummary {
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
