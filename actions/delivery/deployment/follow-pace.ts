import type { Snapshot } from "../engine.ts";
import { hasReached, type Stage } from "../record.ts";

type Sight = Pick<Snapshot, "near" | "gate" | "quietUntil">;

/** The longest pauses in milliseconds, by what is expected. */
const longest = {
  /** Only an alarm or a person ends a configured wait early, and CloudWatch evaluates alarms every minute. */
  quiet: 60_000,
  far: 20_000,
  usual: 7_700,
  /** The official action polls on to the end, so a stage before the end has more polls to use. */
  usualBeforeEnd: 5_800,
  soon: 3_400,
};
/** Waits may pass quicker than configured: pauses begin with this one and grow with what has been waited. */
const firstMs = 5_000;
/** A rollout is hardly over within a minute. */
const startMs = 50_000;
/** A stopping task has 30 s, and CodeDeploy needs up to 90 s to remove the old ones. */
const soonMs = 75_000;
/** A target group's default deregistration delay (ELB user guide). */
const defaultDrainMs = 300_000;
/** Either clock may be a little ahead, so waits can end early. */
const earlyMs = 3_000;

/**
 * Returns how many milliseconds to pause after a poll. AWS's official action polls every 15 s at best, and this pace has
 * twice as many polls, one every 7.7 s. It pauses for 3.4 s while the end is expected: for 75 s after it has come near,
 * and again after the old tasks' drain time. It pauses for up to 20 s in the first minute, before a stage that AWS shows
 * first, and while AWS does not respond, and for up to a minute in a configured wait, until 3 s before its end. All pauses
 * vary by ±10 %, so that parallel jobs do not poll together.
 */
export function createFollowPace(
  until: Stage,
  {
    drainMs = defaultDrainMs,
    random = Math.random,
  }: { drainMs?: number | undefined; random?: () => number } = {},
) {
  const usual = until === "complete" ? longest.usual : longest.usualBeforeEnd;
  let startedAt: number | undefined;
  let nearAt: number | undefined;
  let last = { pause: 0, since: 0 };

  function longestPause({ near, gate }: Sight, isQuiet: boolean, now: number): number {
    nearAt = !isQuiet && hasReached(near, until) ? (nearAt ?? now) : undefined;
    if (isQuiet) return longest.quiet;
    if (nearAt !== undefined) {
      const drainedMs = now - nearAt - drainMs + earlyMs;
      const isSoon = now - nearAt < soonMs || (drainedMs >= 0 && drainedMs < soonMs);
      return isSoon ? longest.soon : usual;
    }
    const isFar = (gate && !hasReached(gate, until)) || now - (startedAt ?? now) < startMs;
    return isFar ? longest.far : usual;
  }

  return (sight: Sight | undefined, now: number): number => {
    startedAt ??= now;
    const spread = 0.9 + 0.2 * random();
    if (!sight) return longest.far * spread;
    const quietMs = (sight.quietUntil ?? now) - earlyMs - now;
    const most = longestPause(sight, quietMs > 0, now);
    if (most !== last.pause) last = { pause: most, since: now };
    const growth = sight.gate || quietMs > 0 ? 1 : 3;
    const grown = most > usual ? Math.max(firstMs, growth * (now - last.since)) : most;
    const pause = spread * Math.min(most, grown);
    return quietMs > 0 ? Math.min(pause, quietMs) : pause;
  };
}
