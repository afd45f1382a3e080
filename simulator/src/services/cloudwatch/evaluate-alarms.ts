import type { StateValue } from "@aws-sdk/client-cloudwatch";
import { statistic } from "./metric-store.ts";
import type { Alarm, AlarmSettings, CloudWatchState, Comparison, TreatMissingData } from "./state.ts";

/** Seconds of AWS time after a minute's end in which its datapoints arrive. */
const arrivalSeconds = 10;

export interface AlarmEvaluation {
  /** Call it when there are alarms; evaluates all of them each minute of AWS time from then on. */
  start(): void;
  stop(): void;
}

export function createAlarmEvaluation(
  state: CloudWatchState,
  warn: (message: string) => void,
): AlarmEvaluation {
  const stopping = new AbortController();
  let started = false;
  const run = async () => {
    while (!stopping.signal.aborted) {
      await state.minutes.next(arrivalSeconds, stopping.signal);
      for (const alarm of state.alarms.values()) evaluateAlarm(state, alarm);
    }
  };
  return {
    start() {
      if (started) return;
      started = true;
      run().catch((error: unknown) => {
        if (!stopping.signal.aborted) warn(`alarms are evaluated no more: ${error}`);
      });
    },
    stop: () => stopping.abort(),
  };
}

/**
 * Evaluates the alarm's last complete minutes and changes its state if needed. An alarm that stays in its state
 * requests its actions again: all actions that the simulator performs are scaling policies (user guide, "Alarm
 * actions").
 */
function evaluateAlarm(state: CloudWatchState, alarm: Alarm): void {
  const verdict = alarmVerdict(alarm.settings, recentPeriods(state, alarm));
  if (verdict.state === undefined || verdict.state === alarm.state) {
    const datapoints = verdict.points.map(({ value }) => value);
    performActions(state, alarm, datapoints.length > 0 ? datapoints : datapointsOf(alarm));
    return;
  }
  changeState(state, alarm, {
    value: verdict.state,
    reason: stateReason(alarm.settings, alarm.state, verdict.state, verdict),
    reasonData: stateReasonData(alarm.settings, verdict, state.now()),
  });
}

/** Oldest first. The periods end with the last complete minute, for any length of period. */
function recentPeriods({ store, minutes, now }: CloudWatchState, { settings }: Alarm): (Point | undefined)[] {
  const length = settings.Period / 60;
  const count = settings.EvaluationPeriods + extraPeriods;
  const end = minutes.at(now().getTime());
  const compute = statistic(settings.statistic);
  const metric = {
    namespace: settings.Namespace,
    name: settings.MetricName,
    dimensions: settings.Dimensions,
  };
  return Array.from({ length: count }, (_, index) => {
    const first = end - (count - index) * length;
    const found = store.read(metric, { first, end: first + length }, settings.Unit);
    return (
      found && {
        timestamp: minutes.start(first),
        value: compute(found),
        sampleCount: found.sampleCount,
      }
    );
  });
}

interface NewState {
  readonly value: StateValue;
  readonly reason: string;
  readonly reasonData?: string | undefined;
}

/** Changes an alarm's state, and performs its actions. */
export function changeState(state: CloudWatchState, alarm: Alarm, next: NewState): void {
  const now = state.now();
  const isNew = next.value !== alarm.state;
  if (isNew) alarm.transitionedAt = now;
  Object.assign(alarm, {
    state: next.value,
    reason: next.reason,
    reasonData: next.reasonData,
    updatedAt: now,
  });
  if (isNew) performActions(state, alarm, datapointsOf(alarm));
}

/** Requests the actions of the state that the alarm is in, unless they are disabled. */
function performActions(state: CloudWatchState, alarm: Alarm, datapoints: readonly number[]): void {
  const { AlarmName: alarmName, Threshold: threshold, actions } = alarm.settings;
  if (!alarm.actionsEnabled) return;
  for (const action of actions[alarm.state])
    state.alarmActions.signal({ action, alarmName, state: alarm.state, threshold, datapoints });
}

/** Returns the values behind the state from StateReasonData, including one given by a caller. */
function datapointsOf({ reasonData = "{}" }: Alarm): number[] {
  try {
    const { recentDatapoints } = Object(JSON.parse(reasonData)) as { recentDatapoints?: unknown };
    return Array.isArray(recentDatapoints)
      ? recentDatapoints.filter((value) => typeof value === "number")
      : [];
  } catch {
    return [];
  }
}

export const comparisons: Record<Comparison, (value: number, threshold: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** One period's value in an alarm's evaluation. */
interface Point {
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
 * retrieves five. AWS documents that the number depends on the alarm, but not how.
 */
const extraPeriods = 2;

/**
 * Evaluates an alarm by the last periods (`range`, oldest first; undefined where a period had no data). Source:
 * CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data": real datapoints come first, missing
 * ones are filled in only when fewer than the evaluation periods are left.
 *
 * @internal
 */
export function alarmVerdict(settings: AlarmSettings, range: readonly (Point | undefined)[]): Verdict {
  const { EvaluationPeriods: evaluationPeriods, TreatMissingData: treatment = "missing" } = settings;
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
  const needed = settings.DatapointsToAlarm ?? settings.EvaluationPeriods;
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

function isBreaching({ ComparisonOperator, Threshold }: AlarmSettings, { value }: Point): boolean {
  return comparisons[ComparisonOperator](value, Threshold);
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
function stateReason(settings: AlarmSettings, from: StateValue, to: StateValue, verdict: Verdict): string {
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
  const relation = `${verb} ${phrases[settings.ComparisonOperator]} (${decimal(settings.Threshold)})`;
  const { DatapointsToAlarm: datapointsToAlarm } = settings;
  if (datapointsToAlarm === undefined)
    return `Threshold Crossed: ${plural(points.length, "datapoint")} [${listed}] ${relation}.`;
  const counted = points.filter((point) => isBreaching(settings, point) === (to === "ALARM")).length;
  const minimum = to === "ALARM" ? datapointsToAlarm : settings.EvaluationPeriods - datapointsToAlarm + 1;
  return `Threshold Crossed: ${counted} out of the last ${points.length} datapoints [${listed}] ${relation} (minimum ${plural(minimum, "datapoint")} for ${from} -> ${to} transition).`;
}

/** StateReasonData: the same as JSON (version 1.0). */
function stateReasonData(settings: AlarmSettings, verdict: Verdict, queriedAt: Date): string {
  const { points } = verdict;
  return JSON.stringify({
    version: "1.0",
    queryDate: longTime(queriedAt),
    startDate: points[0] && longTime(points[0].timestamp),
    unit: settings.Unit,
    statistic: settings.statistic,
    period: settings.Period,
    recentDatapoints: points.map(({ value }) => value),
    threshold: settings.Threshold,
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
