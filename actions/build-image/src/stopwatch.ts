import type { Clock } from "../../shared/clock.ts";

/** Measures the milliseconds of each step, from the end of the one before it. */
export function createStopwatch({ now }: Clock) {
  const laps = new Map<string, number>();
  let since = now();
  return {
    laps,
    lap(what: string) {
      const at = now();
      laps.set(what, at - since);
      since = at;
    },
  };
}
