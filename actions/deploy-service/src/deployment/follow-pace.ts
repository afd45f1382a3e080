import { hasReached, type Stage } from "../record.ts";
import type { Snapshot } from "./running-deployment.ts";

/** A pause between two looks is this share of what was waited already: the longer a wait, the less a look tells. */
const shares = { quiet: 1 / 2, far: 1 / 3, near: 1 / 20 };
const shortestMs = 3_000;
const longestMs = {
  /** Only an alarm or a person ends such a wait early, and CloudWatch evaluates alarms every minute. */
  quiet: 60_000,
  /** Only that the end comes near, or a failure, is seen late by so much; AWS's own waiters ask every 15 s. */
  far: 20_000,
  near: 20_000,
};
/** Waits end a little early on one clock or the other. */
const earlyMs = 3_000;

/**
 * Answers how many milliseconds to wait after a look: often when the wanted stage may be reached any moment, rarely
 * otherwise and where AWS did not answer, and again in time for the end of a wait whose length is known. Spread by ±10 % so that jobs do not march
 * in step.
 */
export function createFollowPace(until: Stage, random: () => number = Math.random) {
  let waited = 0;
  let last: keyof typeof shares = "far";
  return (snapshot: Snapshot | undefined, news: boolean, now: number): number => {
    const spread = 0.9 + 0.2 * random();
    if (!snapshot) return longestMs.far * spread;
    const quietMs = (snapshot.quietUntil ?? 0) - earlyMs - now;
    const state = quietMs > 0 ? "quiet" : hasReached(snapshot.near, until) ? "near" : "far";
    if (state !== last || (news && state !== "far")) waited = 0;
    last = state;
    const pause = Math.min(Math.max(waited * shares[state], shortestMs), longestMs[state]) * spread;
    waited += pause;
    return quietMs > 0 ? Math.min(pause, quietMs) : pause;
  };
}
