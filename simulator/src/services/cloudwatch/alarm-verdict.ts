import type { StateValue } from "@aws-sdk/client-cloudwatch";
import { comparisons } from "./alarm-settings.ts";
import type { AlarmSettings, TreatMissingData } from "./state.ts";

/** One period's value in an alarm's evaluation. */
export interface Point {
  readonly timestamp: Date;
  readonly value: number;
  readonly sampleCount: number;
}

export interface Verdict {
  /** Undefined keeps the alarm's state. */
  readonly state: StateValue | undefined;
  /** The datapoints behind it, oldest first. */
  readonly points: readonly Point[];
  /** Number of periods without data, filled in as the alarm treats missing data. */
  readonly missingCount: number;
  readonly treatment: TreatMissingData;
}

/**
 * Periods looked back at beyond the evaluation periods: the user guide's example of three evaluation periods
 * retrieves five. AWS says that the number depends on the alarm, not how.
 */
export const extraPeriods = 2;

/**
 * Evaluates an alarm by the last periods (`range`, oldest first; undefined where a period had no data). Source:
 * CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": real datapoints come first, missing
 * ones are filled in only when fewer than the evaluation periods are left.
 */
export function alarmVerdict(settings: AlarmSettings, range: readonly (Point | undefined)[]): Verdict {
  const { evaluationPeriods, treatMissingData: treatment = "missing" } = settings;
  const real = range.filter((point) => point !== undefined);
  const points = real.slice(-evaluationPeriods);
  const verdict = { points, missingCount: evaluationPeriods - points.length, treatment };
  return { ...verdict, state: stateOf(settings, range, verdict) };
}

function stateOf(
  settings: AlarmSettings,
  range: readonly (Point | undefined)[],
  { points, missingCount, treatment }: Omit<Verdict, "state">,
): StateValue | undefined {
  const needed = settings.datapointsToAlarm ?? settings.evaluationPeriods;
  const breaching = points.filter((point) => isBreaching(settings, point)).length;
  if (breaching >= needed) return "ALARM";
  if (missingCount === 0 || treatment === "notBreaching") return "OK";
  if (treatment === "breaching") return breaching + missingCount >= needed ? "ALARM" : "OK";
  if (points.length === 0) return treatment === "missing" ? "INSUFFICIENT_DATA" : undefined;
  if (breaching < points.length) return "OK";
  // All existing data breach, but they are too few: only an old enough datapoint raises the alarm.
  const age = range.length - range.findIndex((point) => point !== undefined);
  return treatment === "missing" && age >= needed ? "ALARM" : undefined;
}

export function isBreaching({ comparison, threshold }: AlarmSettings, { value }: Point): boolean {
  return comparisons[comparison](value, threshold);
}
