import { monitorEventLoopDelay } from "node:perf_hooks";

/** Fifty samples a second cost next to nothing; a shorter delay of the loop does not matter. */
const resolutionMs = 20;
const nanosecondsPerMillisecond = 1e6;

/**
 * Starts measuring. Returns a function for the 99th percentile of the event loop's delays, in milliseconds, since its
 * last call.
 */
export function watchEventLoopDelay(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return () => {
    const p99 = histogram.percentile(99) / nanosecondsPerMillisecond;
    histogram.reset();
    // The histogram measures the time between two samples.
    return Math.max(0, p99 - resolutionMs);
  };
}
