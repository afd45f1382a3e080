import type { AlarmSignal } from "../../cloudwatch/alarm-actions.ts";
import type { ScalableTarget, ScalingPolicy } from "../state.ts";

/** A proposal of one policy, caused by one alarm. */
export interface Proposal {
  readonly policy: ScalingPolicy;
  readonly signal: AlarmSignal;
  readonly direction: "out" | "in";
  /** Not yet limited to the target's range. */
  readonly capacity: number;
}

export interface Moment {
  /** The service's desired count. */
  readonly capacity: number;
  /** Milliseconds of the wall clock. */
  readonly now: number;
}

export function propose(
  target: ScalableTarget,
  policy: ScalingPolicy,
  signal: AlarmSignal,
  moment: Moment,
): Proposal {
  const isHigh = policy.alarms.some(({ kind, name }) => kind === "AlarmHigh" && name === signal.alarmName);
  const direction = isHigh ? "out" : "in";
  const base = isHigh ? capacityToScaleOutFrom(target, moment) : moment.capacity;
  const capacity = trackedCapacity(policy, direction, base, signal.datapoints);
  return { policy, signal, direction, capacity };
}

/**
 * In a cooldown, the capacity added before counts towards the new demand: scaling out adds only the difference (user
 * guide, "Define cooldown periods"). This also applies to other policies than the one that added it: each saw the same
 * load.
 */
function capacityToScaleOutFrom({ cooldowns }: ScalableTarget, { capacity, now }: Moment): number {
  const last = cooldowns.out;
  return last && now < last.until ? Math.min(last.before, capacity) : capacity;
}

/**
 * Returns the capacity that a target tracking policy wants instead of `capacity`, in proportion to its metric. Scales
 * out by the newest value at once; scales in only as far as the highest of all values allows. Rounds up, so that the
 * metric approaches its target from below. AWS documents the behaviour (user guide, "How target tracking scaling
 * works"), not the formula.
 */
function trackedCapacity(
  { configuration: { TargetValue: target = 0 } }: ScalingPolicy,
  direction: "out" | "in",
  capacity: number,
  datapoints: readonly number[],
): number {
  if (datapoints.length === 0) return direction === "out" ? capacity + 1 : capacity;
  const metric = direction === "out" ? (datapoints.at(-1) as number) : Math.max(...datapoints);
  const wanted = Math.ceil((capacity * metric) / target);
  return direction === "out" ? Math.max(capacity + 1, wanted) : Math.min(capacity, wanted);
}
