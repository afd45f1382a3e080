import type { StateValue } from "@aws-sdk/client-cloudwatch";
import { comparisons } from "./alarm-settings.ts";
import type { AlarmSettings, Comparison, TreatMissingData } from "./state.ts";

/** One period's value in an alarm's evaluation. */
export interface Point {
  readonly timestamp: Date;
  readonly value: number;
  readonly sampleCount: number;
}

interface Verdict {
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

function isBreaching({ comparison, threshold }: AlarmSettings, { value }: Point): boolean {
  return comparisons[comparison](value, threshold);
}

const phrases: Record<Comparison, string> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to the threshold",
  GreaterThanThreshold: "greater than the threshold",
  LessThanThreshold: "less than the threshold",
  LessThanOrEqualToThreshold: "less than or equal to the threshold",
};

const treatedAs = {
  missing: "Missing",
  ignore: "Ignored",
  breaching: "Breaching",
  notBreaching: "NonBreaching",
} as const;

/** CloudWatch's sentence about a change of state, worded as alarms in real accounts report it. */
export function stateReason(
  settings: AlarmSettings,
  from: StateValue,
  to: StateValue,
  verdict: Verdict,
): string {
  const { points, missingCount, treatment } = verdict;
  if (to === "INSUFFICIENT_DATA")
    return `Insufficient Data: ${plural(missingCount, "datapoint")} ${missingCount === 1 ? "was" : "were"} unknown.`;
  if (points.length === 0)
    return `Threshold Crossed: no datapoints were received for ${plural(missingCount, "period")} and ${plural(missingCount, "missing datapoint")} ${missingCount === 1 ? "was" : "were"} treated as [${treatedAs[treatment]}].`;
  const isSingular = points.length === 1;
  const listed = points
    .map(({ value, timestamp }) => `${decimal(value)} (${shortTime(timestamp)})`)
    .join(", ");
  const verb = `${isSingular ? "was" : "were"}${to === "ALARM" ? "" : " not"}`;
  const relation = `${verb} ${phrases[settings.comparison]} (${decimal(settings.threshold)})`;
  const { datapointsToAlarm } = settings;
  if (datapointsToAlarm === undefined)
    return `Threshold Crossed: ${plural(points.length, "datapoint")} [${listed}] ${relation}.`;
  const counted = points.filter((point) => isBreaching(settings, point) === (to === "ALARM")).length;
  const minimum = to === "ALARM" ? datapointsToAlarm : settings.evaluationPeriods - datapointsToAlarm + 1;
  return `Threshold Crossed: ${counted} out of the last ${points.length} datapoints [${listed}] ${relation} (minimum ${plural(minimum, "datapoint")} for ${from} -> ${to} transition).`;
}

/** StateReasonData: the same as JSON (version 1.0). */
export function stateReasonData(settings: AlarmSettings, verdict: Verdict, queriedAt: Date): string {
  const { points } = verdict;
  return JSON.stringify({
    version: "1.0",
    queryDate: longTime(queriedAt),
    startDate: points[0] && longTime(points[0].timestamp),
    unit: settings.unit,
    statistic: settings.statisticName,
    period: settings.period,
    recentDatapoints: points.map(({ value }) => value),
    threshold: settings.threshold,
    evaluatedDatapoints: points.map(({ timestamp, sampleCount, value }) => ({
      timestamp: longTime(timestamp),
      sampleCount,
      value,
    })),
  });
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** CloudWatch writes whole numbers with a decimal. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `21/01/26 20:17:00`, UTC. */
function shortTime(time: Date): string {
  const [date = "", clock = ""] = time.toISOString().split("T");
  return `${date.slice(2).split("-").reverse().join("/")} ${clock.slice(0, 8)}`;
}

/** `2026-01-21T20:22:54.408+0000` */
function longTime(time: Date): string {
  return time.toISOString().replace("Z", "+0000");
}
