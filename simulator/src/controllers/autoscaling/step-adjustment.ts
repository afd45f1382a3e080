import type {
  StepAdjustment,
  StepScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";

/**
 * The capacity that a step scaling policy wants instead of `capacity` when its metric is by `breach` above the alarm's
 * threshold, or below it. Undefined when no step is for that. Source: user guide, "Step adjustments" and "Scaling
 * adjustment types".
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

/** Above the threshold a step begins with its lower bound, below it ends with its upper one. */
function covers(
  { MetricIntervalLowerBound: from = -Infinity, MetricIntervalUpperBound: to = Infinity }: StepAdjustment,
  breach: number,
): boolean {
  return breach >= 0 ? from <= breach && breach < to : from < breach && breach <= to;
}

/** Towards nothing, but never to nothing. */
function roundedFrom(change: number): number {
  return Math.abs(change) < 1 ? Math.sign(change) : Math.trunc(change);
}
