import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from "hdr-histogram-js";

/** Above the latency of any request: one of an open loop counts from when it was due, through a stall of minutes. */
const highestMicroseconds = 3_600_000_000;

/**
 * Creates an empty HdrHistogram of microseconds, exact to three digits; all have one shape, so that they add without
 * loss.
 */
export function createHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestMicroseconds,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });
}

/** Counts a latency; values beyond the histogram's range count at its ends. */
export function recordMs(histogram: Histogram, ms: number): void {
  histogram.recordValue(Math.min(highestMicroseconds, Math.max(1, Math.round(ms * 1000))));
}

/** Encodes with HdrHistogram's V2 compressed encoding in base64, which its tools in every language read. */
export function encodeHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram);
}

/** Throws for a text that is no such encoding. */
export function decodeHistogram(encoded: string): Histogram {
  return decodeFromCompressedBase64(encoded, 32);
}

/** Adds the counts of all into a new encoding: the same as if one histogram had recorded everything. */
export function addHistograms(encoded: readonly string[]): string {
  const sum = createHistogram();
  for (const each of encoded) sum.add(decodeHistogram(each));
  return encodeHistogram(sum);
}

/** Returns the milliseconds that `percent` of the recorded values do not exceed; 0 for an empty histogram. */
export function percentileOf(histogram: Histogram, percent: number): number {
  return histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(percent) / 1000;
}
