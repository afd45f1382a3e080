/** Right after something changed, the next change is often near. */
const afterChangeMs = 2_000;
/** AWS's own waiters ask every 15 s; nothing is gained by asking a steady deployment more rarely. */
const slowestMs = 15_000;
const growth = 1.3;

export interface Pace {
  /** Milliseconds until the next look. */
  next(changed: boolean): number;
  /** After throttling: as slow as it gets. */
  slowest(): number;
}

/**
 * `fastestMs` (two seconds) after a change, growing to fifteen while nothing happens, spread by ±10 % so that jobs do
 * not march in step.
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
