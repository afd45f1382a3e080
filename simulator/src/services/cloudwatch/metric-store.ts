import type { Dimension, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { type Distribution, merge } from "./distribution.ts";

/** Identifies a metric: namespace, name and the exact set of its dimensions. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export interface Metric extends MetricName {
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
  /** Units it was published with. */
  units(name: MetricName): StandardUnit[];
}

export interface MinuteRange {
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
    units: (name) => [...(metrics.get(keyOf(name))?.series.keys() ?? [])],
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
