import type { StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { Distribution } from "./distribution.ts";
import { invalid } from "./errors.ts";
import type { MetricName } from "./metric-store.ts";
import type { CloudWatchState } from "./state.ts";

export interface PeriodQuery {
  readonly metric: MetricName;
  readonly unit?: StandardUnit | undefined;
  readonly periodMinutes: number;
  readonly start: Date;
  readonly end: Date;
}

export interface PeriodData {
  /** When the period began, on the wall clock. */
  readonly timestamp: Date;
  readonly distribution: Distribution;
}

/** The periods that began from `start` until `end`, oldest first; those without data are left out, as by AWS. */
export function readPeriods({ store, minutes }: CloudWatchState, query: PeriodQuery): PeriodData[] {
  const { metric, unit, periodMinutes: length } = query;
  const first = Math.floor(minutes.at(query.start.getTime()) / length) * length;
  const end = minutes.at(query.end.getTime() - 1) + 1;
  const starts = new Set(
    store.minutes(metric, { first, end }, unit).map((minute) => Math.floor(minute / length) * length),
  );
  return [...starts].map((minute) => ({
    timestamp: minutes.start(minute),
    distribution: store.read(metric, { first: minute, end: minute + length }, unit) as Distribution,
  }));
}

/** Returns the minutes of a Period, which is given in seconds. */
export function periodMinutes(period: number | undefined, place: string): number {
  if (period === undefined || period < 60 || period % 60 !== 0)
    throw invalid(
      `The simulator keeps metrics by the minute: ${place} must be a multiple of 60, not ${period}.`,
    );
  return period / 60;
}
