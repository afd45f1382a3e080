import type { ResolvedConfiguration } from "./service-records.ts";

/** API reference, ThresholdType: limits of the threshold with BOUNDED_PERCENT, and its default. */
const least = 3;
const most = 200;
const defaultPercent = 50;

/** Returns the number of failed tasks in a row that fail a deployment of a service with `desiredCount`. */
export function circuitBreakerThreshold(
  { deploymentCircuitBreaker }: ResolvedConfiguration,
  desiredCount: number,
): number {
  const { type = "BOUNDED_PERCENT", value = defaultPercent } =
    deploymentCircuitBreaker?.thresholdConfiguration ?? {};
  if (type === "COUNT") return value;
  const share = Math.ceil((value / 100) * desiredCount);
  return type === "UNBOUNDED_PERCENT" ? share : Math.min(Math.max(share, least), most);
}
