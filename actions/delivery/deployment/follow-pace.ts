import type { Snapshot } from "../engine.ts";
import { hasReached, type Stage } from "../record.ts";

type Sight = Pick<Snapshot, "near" | "quietUntil" | "restMs" | "drainsWithinMs">;

/** News since the last poll: anything, and tasks that stopped unexpectedly. */
interface Seen {
  readonly news: boolean;
  readonly crashed?: boolean;
}

/** Either clock may be a little ahead, so waits can end early. */
const earlyMs = 3_000;
/** A target group's default deregistration delay (ELB user guide). */
const defaultDrainMs = 300_000;

const pauses = {
  /**
   * Only an alarm or a person ends a wait of known length early, and CloudWatch evaluates alarms every minute. The first
   * pauses are short: where waits pass quicker than they are configured, the end is seen soon after.
   */
  quiet: { shortest: 5_000, longest: 60_000, share: 1 },
  /** The end may come any moment. If nothing shows when, `blind` applies after the first minute. */
  near: { shortest: 3_500, longest: 7_600, share: 1 / 40 },
  /** Another stage has to come before the end. */
  far: { shortest: 5_000, longest: 20_000, share: 2 / 3 },
};
/** Nothing shows the end coming: no rollout is over within a minute, and AWS's own waiters check every 15 s. */
const blind = { firstMs: 60_000, early: 15_000, later: 7_600 };

/**
 * Returns how many milliseconds to pause after a poll: short when the wanted stage may be reached any moment, long
 * otherwise and where AWS did not respond, and in time for the end of a wait of known length. Pauses vary by ±10 % so
 * that parallel jobs do not poll together.
 */
export function createFollowPace(
  until: Stage,
  {
    drainMs = defaultDrainMs,
    random = Math.random,
  }: { drainMs?: number | undefined; random?: () => number } = {},
) {
  let waited = 0;
  let last = "";
  return (snapshot: Sight | undefined, { news, crashed }: Seen, now: number): number => {
    const spread = 0.9 + 0.2 * random();
    if (!snapshot) return pauses.far.longest * spread;
    const quietMs = (snapshot.quietUntil ?? 0) - earlyMs - now;
    const state = quietMs > 0 ? "quiet" : hasReached(snapshot.near, until) ? "near" : "far";
    const isBlind = state === "far" && snapshot.restMs === undefined;
    if (state !== last || (crashed && !isBlind) || (news && state !== "far")) waited = 0;
    last = state;
    const pause = spread * pauseOf(state, snapshot, waited, drainMs);
    const due = quietMs > 0 ? Math.min(pause, quietMs) : pause;
    waited += due;
    return due;
  };
}

function pauseOf(
  state: keyof typeof pauses,
  { restMs, drainsWithinMs }: Sight,
  waited: number,
  drainMs: number,
): number {
  if (state === "quiet") return within(pauses.quiet, waited);
  if (state === "near") {
    if (restMs !== undefined && Number.isFinite(restMs))
      return clamp(restMs / 4, pauses.near.shortest, pauses.far.longest);
    if (drainsWithinMs === undefined) return within(pauses.near, waited);
    return drainPause(waited, drainMs, drainsWithinMs);
  }
  if (restMs === undefined) return waited < blind.firstMs ? blind.early : blind.later;
  if (!Number.isFinite(restMs)) return within(pauses.far, waited);
  return clamp(restMs / 2, pauses.near.shortest, pauses.far.longest);
}

/** Old tasks are gone at once or when the load balancer's delay is over, and rarely in between. */
function drainPause(waited: number, drainMs: number, withinMs: number): number {
  const { shortest } = pauses.near;
  const leftMs = drainMs - earlyMs - waited;
  if (waited < withinMs || (leftMs <= 0 && leftMs > -withinMs)) return shortest;
  return leftMs > 0 ? clamp(leftMs, shortest, pauses.far.longest) : blind.later;
}

function within({ shortest, longest, share }: (typeof pauses)["near"], waited: number): number {
  return clamp(waited * share, shortest, longest);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
