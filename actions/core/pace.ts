import { setTimeout } from "node:timers/promises";

/** Right after a change, the next change is often near. */
const afterChangeMs = 2_000;
/** AWS's own waiters poll every 15 s; polling a steady deployment more rarely gains nothing. */
const slowestMs = 15_000;
const growth = 1.3;

interface Pace {
  /** Returns the milliseconds until the next poll. */
  next(changed: boolean): number;
  /** Returns the slowest pace, for use after throttling. */
  slowest(): number;
}

/**
 * Creates a pace: `fastestMs` (two seconds) after a change, growing to fifteen while nothing happens, varied by ±10 %
 * so that parallel jobs do not poll together.
 */
export function createPace(random: () => number = Math.random, fastestMs = afterChangeMs): Pace {
  let delay = fastestMs;
  const spread = (ms: number) => ms * (0.9 + 0.2 * random());
  return {
    next(changed) {
      delay = changed ? fastestMs : Math.min(slowestMs, delay * growth);
      return spread(delay);
    },
    slowest() {
      delay = slowestMs;
      return spread(delay);
    },
  };
}

/** Time as an action sees it, passed in so that a test can control it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = { now: Date.now, wait };

async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    // Node's own error has the reason only as its cause.
    signal?.throwIfAborted();
    throw error;
  }
}
