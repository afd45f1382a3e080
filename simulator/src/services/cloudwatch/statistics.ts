import type { Statistic } from "@aws-sdk/client-cloudwatch";
import { type Distribution, percentile } from "./distribution.ts";
import { invalid } from "./errors.ts";

/** Computes one statistic; undefined when the data are not sufficient, as for a percentile of summaries. */
export type Compute = (distribution: Distribution) => number | undefined;

const simple: Record<Statistic, Compute> = {
  SampleCount: ({ sampleCount }) => sampleCount,
  Sum: ({ sum }) => sum,
  Average: ({ sum, sampleCount }) => sum / sampleCount,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};

/**
 * A statistic by the name that GetMetricData and alarms give it: `Sum`, or a percentile such as `p99` or `p99.9`.
 * Throws InvalidParameterValueException for the trimmed and ranked ones, which the simulator does not compute.
 */
export function statistic(name: string): Compute {
  if (name in simple) return simple[name as Statistic];
  const p = Number(/^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1] ?? Number.NaN);
  if (p >= 0 && p <= 100) return (distribution) => percentile(distribution, p);
  throw invalid(
    `The simulator does not compute the statistic ${name}; it computes ${Object.keys(simple).join(", ")} and percentiles p0 to p100.`,
  );
}
