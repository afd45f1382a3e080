import type { Clock } from "../clock.ts";
import { Failure } from "../failure.ts";
import type { Log } from "../log.ts";

/** An error worth another attempt: the connection broke, or the registry responded with 5xx or 429. */
export class Transient extends Failure {
  /** Milliseconds that the registry asked to wait. */
  readonly waitMs: number;

  constructor(message: string, options: { nextStep?: string; cause?: unknown; waitMs?: number } = {}) {
    super(message, options);
    this.waitMs = options.waitMs ?? 0;
  }
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Pick<Log, "info">;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** With the pauses below, a registry has 15 s at most and 7 s on average to recover. */
export const attempts = 5;
const firstPauseMs = 1_000;
/** Longer than this, a waiting job costs more than one that is run again. */
const longestWaitMs = 120_000;

/**
 * Runs an action until it succeeds, fails permanently, or has failed five times. The action gets its attempt, from 0.
 */
export type Retry = <Result>(action: (attempt: number) => Promise<Result>) => Promise<Result>;

/** Exponential backoff with full jitter, so that many refused jobs do not all return at the same moment. */
export function createRetry({ clock, signal, log, random = Math.random }: RetryOptions): Retry {
  return async (action) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await action(attempt);
      } catch (error) {
        if (!(error instanceof Transient)) throw error;
        signal.throwIfAborted();
        if (attempt + 1 === attempts || error.waitMs > longestWaitMs) throw error;
        const waitMs = Math.max(error.waitMs, random() * firstPauseMs * 2 ** attempt);
        log.info(
          `${error.message}; attempt ${attempt + 2} of ${attempts} in ${(waitMs / 1000).toFixed(1)} s`,
        );
        await clock.wait(waitMs, signal);
      }
    }
  };
}
