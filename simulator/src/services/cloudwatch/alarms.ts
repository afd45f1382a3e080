import type {
  ComparisonOperator,
  DescribeAlarmsInput,
  MetricAlarm,
  PutMetricAlarmInput,
} from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { addTags } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { type AlarmEvaluation, changeState, comparisons } from "./evaluate-alarms.ts";
import { statistic } from "./metric-store.ts";
import { periodMinutes } from "./read-metrics.ts";
import {
  type Alarm,
  type AlarmSettings,
  type CloudWatchState,
  type Comparison,
  invalid,
  invalidCombination,
  missing,
  page,
  readTags,
  type TreatMissingData,
  unsupported,
} from "./state.ts";

const states = ["OK", "ALARM", "INSUFFICIENT_DATA"] as const;

export function alarmOperations(
  state: CloudWatchState,
  evaluation: AlarmEvaluation,
): Operations<"cloudwatch"> {
  return {
    putMetricAlarm: (input) => {
      const settings = parseAlarm(input);
      const known = state.alarms.get(settings.AlarmName);
      const alarm = known ?? newAlarm(state, settings);
      Object.assign(alarm, {
        settings,
        actionsEnabled: input.ActionsEnabled ?? true,
        configuredAt: state.now(),
      });
      // Tags are set when an alarm is created; an update does not change them (PutMetricAlarm, API reference).
      if (!known) addTags(alarm.tags, readTags(input.Tags));
      state.alarms.set(settings.AlarmName, alarm);
      evaluation.start();
      return {};
    },
    describeAlarms: (input) => {
      const { items, NextToken } = page(select(state, input), input);
      return { MetricAlarms: items.map(describe), CompositeAlarms: [], NextToken };
    },
    deleteAlarms: ({ AlarmNames = [] }) => {
      if (AlarmNames.length === 0) throw missing("AlarmNames");
      // All or none, so that a misspelt name deletes nothing.
      for (const name of AlarmNames) findAlarm(state, name);
      for (const name of AlarmNames) state.alarms.delete(name);
      return {};
    },
    setAlarmState: (input) => {
      const alarm = findAlarm(state, input.AlarmName);
      const value = states.find((each) => each === input.StateValue);
      if (!value) throw invalid(`StateValue must be one of ${states.join(", ")}, not ${input.StateValue}.`);
      if (input.StateReason === undefined) throw missing("StateReason");
      changeState(state, alarm, { value, reason: input.StateReason, reasonData: input.StateReasonData });
      return {};
    },
  };
}

function newAlarm(state: CloudWatchState, settings: AlarmSettings): Alarm {
  const now = state.now();
  return {
    arn: state.arnOf(settings.AlarmName),
    settings,
    actionsEnabled: true,
    configuredAt: now,
    state: "INSUFFICIENT_DATA",
    reason: "Unchecked: Initial alarm creation",
    updatedAt: now,
    transitionedAt: now,
    tags: new Map(),
  };
}

function findAlarm(state: CloudWatchState, name = ""): Alarm {
  const alarm = state.alarms.get(name);
  if (alarm) return alarm;
  throw new AwsError("ResourceNotFound", `Unknown alarm name: ${name}`);
}

/** Returns alarms by name, sorted like DescribeAlarms; unknown names are ignored, as by AWS. */
function select(state: CloudWatchState, input: DescribeAlarmsInput): Alarm[] {
  refuseUnsupported(unsupported, "DescribeAlarms", input, [
    "AlarmNames AlarmNamePrefix AlarmTypes StateValue ActionPrefix MaxRecords NextToken",
  ]);
  const { AlarmNames, AlarmNamePrefix = "", AlarmTypes, StateValue, ActionPrefix = "" } = input;
  const acts = ({ settings }: Alarm) =>
    Object.values(settings.actions).some((actions) => actions.some((each) => each.startsWith(ActionPrefix)));
  if (AlarmNames?.length && AlarmNamePrefix)
    throw invalidCombination("AlarmNames and AlarmNamePrefix are mutually exclusive.");
  if (AlarmTypes?.length && !AlarmTypes.includes("MetricAlarm")) return [];
  return [...state.alarms.values()]
    .filter(({ settings }) => !AlarmNames?.length || AlarmNames.includes(settings.AlarmName))
    .filter(({ settings }) => settings.AlarmName.startsWith(AlarmNamePrefix))
    .filter((alarm) => StateValue === undefined || alarm.state === StateValue)
    .filter((alarm) => ActionPrefix === "" || acts(alarm))
    .sort((a, b) => (a.settings.AlarmName < b.settings.AlarmName ? -1 : 1));
}

function describe(alarm: Alarm): MetricAlarm {
  const { statistic, actions, ...settings } = alarm.settings;
  return {
    ...settings,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt,
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...actions.OK],
    AlarmActions: [...actions.ALARM],
    InsufficientDataActions: [...actions.INSUFFICIENT_DATA],
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: alarm.updatedAt,
    StateTransitionedTimestamp: alarm.transitionedAt,
  };
}

const treatments: readonly string[] = ["missing", "ignore", "breaching", "notBreaching"];

/** The longest time that all evaluation periods may take together: a day (PutMetricAlarm, API reference). */
const longestSeconds = 86_400;

/** Maximum for one state (PutMetricAlarm, API reference). */
const maxActions = 5;
const scalingPolicy =
  /^arn:aws:autoscaling:[^:]+:\d{12}:scalingPolicy:[^:]+:resource\/ecs\/[^:]+:policyName\/.+$/;

/**
 * Throws CloudWatch's error for a bad alarm. Metric math, anomaly bands and other actions are refused with an error
 * that names them.
 */
function parseAlarm(input: PutMetricAlarmInput): AlarmSettings {
  refuseForeign(input);
  const name = required(input.AlarmName, "AlarmName");
  if (name.length > 255) throw invalid("The value for parameter AlarmName must not exceed 255 characters.");
  const evaluationPeriods = required(input.EvaluationPeriods, "EvaluationPeriods");
  const datapointsToAlarm = input.DatapointsToAlarm;
  if (evaluationPeriods < 1) throw invalid("The value for parameter EvaluationPeriods must be at least 1.");
  if (datapointsToAlarm !== undefined && !(datapointsToAlarm >= 1 && datapointsToAlarm <= evaluationPeriods))
    throw invalid(
      `The value for parameter DatapointsToAlarm must be between 1 and EvaluationPeriods (${evaluationPeriods}), not ${datapointsToAlarm}.`,
    );
  const { Statistic, ExtendedStatistic } = input;
  return {
    AlarmName: name,
    AlarmDescription: input.AlarmDescription,
    Namespace: required(input.Namespace, "Namespace"),
    MetricName: required(input.MetricName, "MetricName"),
    Dimensions: input.Dimensions ?? [],
    Unit: input.Unit,
    Statistic,
    ExtendedStatistic,
    statistic: parseStatistic(input),
    Period: parsePeriod(input.Period, evaluationPeriods),
    EvaluationPeriods: evaluationPeriods,
    DatapointsToAlarm: datapointsToAlarm,
    Threshold: required(input.Threshold, "Threshold"),
    ComparisonOperator: parseComparison(required(input.ComparisonOperator, "ComparisonOperator")),
    TreatMissingData: parseTreatment(input.TreatMissingData),
    actions: {
      OK: parseActions(input, "OKActions"),
      ALARM: parseActions(input, "AlarmActions"),
      INSUFFICIENT_DATA: parseActions(input, "InsufficientDataActions"),
    },
  };
}

function refuseForeign(input: PutMetricAlarmInput): void {
  refuseUnsupported(unsupported, "PutMetricAlarm", input, [
    "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions Namespace",
    "MetricName Dimensions Unit Statistic ExtendedStatistic Period EvaluationPeriods DatapointsToAlarm",
    "Threshold ComparisonOperator TreatMissingData Tags",
  ]);
}

function parseActions(
  input: PutMetricAlarmInput,
  name: "OKActions" | "AlarmActions" | "InsufficientDataActions",
): string[] {
  const actions = input[name] ?? [];
  if (actions.length > maxActions)
    throw invalid(`The collection ${name} must not have more than ${maxActions} items.`);
  const other = actions.find((action) => !scalingPolicy.test(action));
  if (other !== undefined)
    throw invalid(
      `The simulator performs scaling policies of Application Auto Scaling only, by their ARN: ${name} must not hold ${other}.`,
    );
  return [...actions];
}

function parseStatistic({ Statistic, ExtendedStatistic }: PutMetricAlarmInput): string {
  if (Statistic !== undefined && ExtendedStatistic !== undefined)
    throw invalidCombination("Statistic and ExtendedStatistic are mutually exclusive.");
  const statisticName = required(Statistic ?? ExtendedStatistic, "Statistic or ExtendedStatistic");
  statistic(statisticName);
  return statisticName;
}

function parsePeriod(period: number | undefined, evaluationPeriods: number): number {
  const seconds = periodMinutes(period, "Period") * 60;
  if (seconds * evaluationPeriods > longestSeconds)
    throw invalid(
      `Period times EvaluationPeriods must be no more than a day (${longestSeconds} seconds), not ${seconds * evaluationPeriods}.`,
    );
  return seconds;
}

function parseComparison(operator: ComparisonOperator): Comparison {
  if (operator in comparisons) return operator as Comparison;
  throw invalid(
    `The simulator does not detect anomalies: ComparisonOperator must be one of ${Object.keys(comparisons).join(", ")}, not ${operator}.`,
  );
}

function parseTreatment(treatment: string | undefined): TreatMissingData | undefined {
  if (treatment === undefined || treatments.includes(treatment))
    return treatment as TreatMissingData | undefined;
  throw invalid(`TreatMissingData must be one of ${treatments.join(", ")}, not ${treatment}.`);
}

function required<Value>(value: Value | undefined, parameter: string): Value {
  if (value === undefined || value === "") throw missing(parameter);
  return value;
}
