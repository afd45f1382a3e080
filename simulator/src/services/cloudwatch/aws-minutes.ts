import type { Clock } from "../../clock.ts";

/**
 * Minutes of AWS time on the wall clock, numbered from the epoch. Periods pass by the scaled clock, as every wait
 * of AWS does: at a time scale of 60 a period of 60 seconds is one second on the wall, and the datapoints of
 * consecutive periods bear timestamps one wall second apart. What the API reports as Period stays as configured.
 */
export interface AwsMinutes {
  /** Returns the number of the minute of an instant (milliseconds of the wall's epoch). */
  at(wallMs: number): number;
  /** Returns the beginning of a minute. */
  start(minute: number): Date;
  /** Resolves some seconds of AWS time after the current minute is over. */
  next(afterSeconds: number, signal: AbortSignal): Promise<void>;
}

export function createAwsMinutes(clock: Clock): AwsMinutes {
  const length = clock.toWall(60_000);
  const at = (wallMs: number) => Math.floor(wallMs / length);
  return {
    at,
    start: (minute) => new Date(minute * length),
    next(afterSeconds, signal) {
      const delay = clock.toWall(afterSeconds * 1000);
      const now = clock.now().getTime();
      const wakesAt = (at(now - delay) + 1) * length + delay;
      return clock.wait((wakesAt - now) * clock.scale, signal);
    },
  };
}
