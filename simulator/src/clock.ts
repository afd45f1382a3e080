import { setTimeout } from "node:timers/promises";

/**
 * Time of the control plane. Waits that AWS documents (minutes of termination wait, seconds between health checks,
 * deregistration delays) pass `scale` times faster than real time; timestamps are real, and every reported figure has
 * its configured value.
 */
export interface Clock {
  readonly scale: number;
  /** Wall-clock time now. */
  now(): Date;
  /** Resolves after `ms` milliseconds of AWS time; rejects with the signal's reason when it aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** Returns the real milliseconds that `ms` milliseconds of AWS time take. */
  toWall(ms: number): number;
}

/** Resolves to whether a wait passed; false when a signal ended it. */
export const passes = (wait: Promise<void>): Promise<boolean> =>
  wait.then(
    () => true,
    () => false,
  );

export function createClock(scale: number): Clock {
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new Error(`time scale must be a positive number, not ${scale}`);
  const toWall = (ms: number) => ms / scale;
  return {
    scale,
    now: () => new Date(),
    toWall,
    wait: (ms, signal) =>
      setTimeout(toWall(ms), undefined, { signal }).catch(() => Promise.reject(signal?.reason)),
  };
}

/** Checks every `ms` milliseconds of AWS time until `done` returns true; rejects when the signal aborts. */
export async function waitUntil(
  clock: Clock,
  ms: number,
  done: () => boolean | Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  while (!(await done())) await clock.wait(ms, signal);
}
