import { isThrottled, isTransient } from "../../aws-errors.ts";
import type { StepContext } from "../../context.ts";
import { formatDuration } from "../../duration.ts";

/** Longest pauses before the next attempts. The SDK has tried three times within a second each time. */
const longestPausesMs = [1_000, 2_000, 4_000, 8_000];

/**
 * Calls AWS again while it throttles, has a fault or cannot be reached, and logs it. Pauses are random over their whole
 * length, since a workflow's jobs log in at the same moment. Source: AWS Architecture Blog, "Exponential Backoff And
 * Jitter", Full Jitter.
 */
export async function persist<Answer>(
  what: string,
  call: () => Promise<Answer>,
  { clock, log, signal }: StepContext,
  random: () => number = Math.random,
): Promise<Answer> {
  for (const longestMs of longestPausesMs) {
    try {
      return await call();
    } catch (error) {
      // A call that the signal ended throws only "Request aborted"; the signal's reason says who ended it.
      signal.throwIfAborted();
      if (!(isThrottled(error) || isTransient(error))) throw error;
      const pauseMs = Math.round(longestMs * random());
      const { name, message } = error as Error;
      log.info(`Could not ${what} (${name}: ${message}); trying again in ${formatDuration(pauseMs)}`);
      await clock.wait(pauseMs, signal);
    }
  }
  return call();
}
