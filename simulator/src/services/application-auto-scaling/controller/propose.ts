import type {
  StepAdjustment,
  StepScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
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

/** Returns undefined when the policy wants the current capacity. */
export function propose(
  target: ScalableTarget,
  policy: ScalingPolicy,
  signal: AlarmSignal,
  moment: Moment,
): Proposal | undefined {
  const { settings } = policy;
  const from = capacityToScaleOutFrom(target, moment);
  if (settings.type === "TargetTrackingScaling") {
    const { TargetValue = 0 } = settings.configuration;
    const isHigh = policy.alarms.some(({ kind, name }) => kind === "AlarmHigh" && name === signal.alarmName);
    const direction = isHigh ? "out" : "in";
    const base = isHigh ? from : moment.capacity;
    const capacity = trackedCapacity({ target: TargetValue, direction }, base, signal.datapoints);
    return { policy, signal, direction, capacity };
  }
  const breach = breachOf(signal, settings.configuration.MetricAggregationType);
  const capacity = stepCapacity(settings.configuration, from, breach);
  if (capacity === undefined || capacity === from) return undefined;
  if (capacity > from) return { policy, signal, direction: "out", capacity };
  const lower = stepCapacity(settings.configuration, moment.capacity, breach) ?? moment.capacity;
  return { policy, signal, direction: "in", capacity: lower };
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

function breachOf({ datapoints, threshold }: AlarmSignal, aggregation = "Average"): number {
  // An alarm that was set manually, without values, counts as being at its threshold.
  if (datapoints.length === 0) return 0;
  const sum = datapoints.reduce((total, value) => total + value, 0);
  const aggregates: Record<string, number> = {
    Average: sum / datapoints.length,
    Minimum: Math.min(...datapoints),
    Maximum: Math.max(...datapoints),
  };
  return (aggregates[aggregation] as number) - threshold;
}

/**
 * Returns the capacity that a target tracking policy wants instead of `capacity`, in proportion to its metric. Scales
 * out by the newest value at once; scales in only as far as the highest of all values allows. Rounds up, so that the
 * metric approaches its target from below. AWS documents the behaviour (user guide, "How target tracking scaling
 * works"), not the formula.
 */
function trackedCapacity(
  { target, direction }: { readonly target: number; readonly direction: "out" | "in" },
  capacity: number,
  datapoints: readonly number[],
): number {
  if (datapoints.length === 0) return direction === "out" ? capacity + 1 : capacity;
  const metric = direction === "out" ? (datapoints.at(-1) as number) : Math.max(...datapoints);
  const wanted = Math.ceil((capacity * metric) / target);
  return direction === "out" ? Math.max(capacity + 1, wanted) : Math.min(capacity, wanted);
}

/**
 * Returns the capacity that a step scaling policy wants instead of `capacity` when its metric is by `breach` above the
 * alarm's threshold, or below it. Returns undefined without a matching step. Source: user guide, "Step adjustments" and
 * "Scaling adjustment types".
 */
export function stepCapacity(
  { AdjustmentType, StepAdjustments = [], MinAdjustmentMagnitude = 0 }: StepScalingPolicyConfiguration,
  capacity: number,
  breach: number,
): number | undefined {
  const step = StepAdjustments.find((each) => covers(each, breach));
  if (!step) return undefined;
  const { ScalingAdjustment: adjustment = 0 } = step;
  if (AdjustmentType === "ExactCapacity") return adjustment;
  if (AdjustmentType === "ChangeInCapacity") return Math.max(0, capacity + adjustment);
  const change = roundedFrom((capacity * adjustment) / 100);
  return Math.max(0, capacity + Math.sign(adjustment) * Math.max(Math.abs(change), MinAdjustmentMagnitude));
}

/** Above the threshold a step includes its lower bound, below it its upper one. */
function covers(
  { MetricIntervalLowerBound: from = -Infinity, MetricIntervalUpperBound: to = Infinity }: StepAdjustment,
  breach: number,
): boolean {
  return breach >= 0 ? from <= breach && breach < to : from < breach && breach <= to;
}

/** Rounds towards zero, but never to zero. */
function roundedFrom(change: number): number {
  return Math.abs(change) < 1 ? Math.sign(change) : Math.trunc(change);
}
