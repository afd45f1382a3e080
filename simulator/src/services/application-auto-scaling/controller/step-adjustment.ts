import type {
  StepAdjustment,
  StepScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";

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
