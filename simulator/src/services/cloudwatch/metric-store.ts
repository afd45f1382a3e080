import type { Dimension, StandardUnit, Statistic } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../kit/errors.ts";

/** Identifies a metric: namespace, name and the exact set of its dimensions. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

interface Metric extends MetricName {
  /** Unit → number of the AWS minute → its measurements. */
  readonly series: Map<StandardUnit, Map<number, Distribution>>;
}

/**
 * Minutes kept per metric and unit: a day of AWS time, as long as an alarm with a period under an hour may look
 * back. AWS keeps 15 days; a rehearsal's hour at scale 60 is already two and a half.
 */
const keptMinutes = 1440;

export interface MetricStore {
  readonly metrics: ReadonlyMap<string, Metric>;
  add(name: MetricName, unit: StandardUnit, minute: number, distribution: Distribution): void;
  /** Returns all data in the minutes from `first` up to but not including `end`; of every unit when none is given. */
  read(name: MetricName, range: MinuteRange, unit?: StandardUnit): Distribution | undefined;
  /** Numbers of the minutes in the range that have data, ascending. */
  minutes(name: MetricName, range: MinuteRange, unit?: StandardUnit): number[];
}

interface MinuteRange {
  readonly first: number;
  readonly end: number;
}

export function createMetricStore(): MetricStore {
  const metrics = new Map<string, Metric>();
  const seriesOf = (name: MetricName, unit: StandardUnit | undefined) => {
    const all = metrics.get(keyOf(name))?.series;
    return [...(all ?? [])].flatMap(([each, series]) =>
      unit === undefined || unit === each ? [series] : [],
    );
  };
  return {
    metrics,
    add(name, unit, minute, distribution) {
      const key = keyOf(name);
      const metric: Metric = metrics.get(key) ?? { ...name, series: new Map() };
      metrics.set(key, metric);
      const series = metric.series.get(unit) ?? new Map<number, Distribution>();
      metric.series.set(unit, series);
      const known = series.get(minute);
      series.set(minute, known ? (merge([known, distribution]) as Distribution) : distribution);
      forgetOldest(series);
    },
    read: (name, { first, end }, unit) =>
      merge(
        seriesOf(name, unit).flatMap((series) =>
          minutesIn(series, first, end).map((minute) => series.get(minute) as Distribution),
        ),
      ),
    minutes: (name, { first, end }, unit) =>
      [...new Set(seriesOf(name, unit).flatMap((series) => minutesIn(series, first, end)))].sort(
        (a, b) => a - b,
      ),
  };
}

/** A short range is read minute by minute; for a long one, the series is filtered. */
function minutesIn(series: ReadonlyMap<number, unknown>, first: number, end: number): number[] {
  if (end - first > series.size)
    return [...series.keys()].filter((minute) => minute >= first && minute < end);
  const found: number[] = [];
  for (let minute = first; minute < end; minute++) if (series.has(minute)) found.push(minute);
  return found;
}

function forgetOldest(series: Map<number, Distribution>): void {
  if (series.size > keptMinutes) series.delete(Math.min(...series.keys()));
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  const pairs = dimensions.map(({ Name, Value }) => [Name, Value]);
  return JSON.stringify([namespace, name, pairs.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))]);
}

/** CloudWatch's summary of the values that a metric had in some time. */
export interface Distribution {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Value → count. */
  readonly counts: ReadonlyMap<number, number>;
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

/** Returns undefined without anything to merge. */
function merge(all: readonly Distribution[]): Distribution | undefined {
  const [first, ...others] = all;
  return first && others.reduce(mergeTwo, first);
}

function mergeTwo(one: Distribution, other: Distribution): Distribution {
  return {
    sampleCount: one.sampleCount + other.sampleCount,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
    counts: mergeCounts(one.counts, other.counts),
  };
}

function mergeCounts(one: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>) {
  const counts = new Map(one);
  for (const [value, count] of other) counts.set(value, (counts.get(value) ?? 0) + count);
  return counts;
}

/** Percentile `p` (0 to 100) by nearest rank. */
function percentile({ counts, sampleCount, maximum }: Distribution, p: number): number {
  const rank = Math.max(1, Math.ceil((p / 100) * sampleCount));
  let seen = 0;
  for (const [value, count] of [...counts].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return value;
  }
  return maximum;
}

type Compute = (distribution: Distribution) => number;

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
