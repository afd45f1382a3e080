import type { Statistic } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../kit/errors.ts";

/** CloudWatch's summary of the values that a metric had in some time. */
export interface Distribution {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Value → count; undefined once only a summary of some values was given. */
  readonly counts: ReadonlyMap<number, number> | undefined;
}

export function distributionOf(values: readonly number[], counts: readonly number[]): Distribution {
  const byValue = new Map<number, number>();
  let sampleCount = 0;
  let sum = 0;
  for (const [index, value] of values.entries()) {
    const count = counts[index] ?? 1;
    byValue.set(value, (byValue.get(value) ?? 0) + count);
    sampleCount += count;
    sum += value * count;
  }
  return { sampleCount, sum, minimum: Math.min(...values), maximum: Math.max(...values), counts: byValue };
}

/** Undefined when there is nothing to merge. */
export function merge(all: readonly Distribution[]): Distribution | undefined {
  const [first, ...others] = all;
  return first && others.reduce(mergeTwo, first);
}

function mergeTwo(one: Distribution, other: Distribution): Distribution {
  return {
    sampleCount: one.sampleCount + other.sampleCount,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
    counts: one.counts && other.counts && mergeCounts(one.counts, other.counts),
  };
}

function mergeCounts(one: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>) {
  const counts = new Map(one);
  for (const [value, count] of other) counts.set(value, (counts.get(value) ?? 0) + count);
  return counts;
}

/** Percentile `p` (0 to 100) by nearest rank; undefined where only summaries are known. */
function percentile({ counts, sampleCount, maximum }: Distribution, p: number): number | undefined {
  if (!counts) return undefined;
  const rank = Math.max(1, Math.ceil((p / 100) * sampleCount));
  let seen = 0;
  for (const [value, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return value;
  }
  return maximum;
}

/** Computes one statistic; undefined when the data are not sufficient, as for a percentile of summaries. */
type Compute = (distribution: Distribution) => number | undefined;

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
  throw new AwsError(
    "InvalidParameterValueException",
    `The simulator does not compute the statistic ${name}; it computes ${Object.keys(simple).join(", ")} and percentiles p0 to p100.`,
  );
}
