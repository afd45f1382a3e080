import type { DescribeAlarmsInput, MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { addTags } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { parseAlarm } from "./alarm-settings.ts";
import { type AlarmEvaluation, changeState } from "./evaluate-alarms.ts";
import {
  type Alarm,
  type CloudWatchState,
  invalid,
  invalidCombination,
  missing,
  page,
  readTags,
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
      const known = state.alarms.get(settings.name);
      const alarm = known ?? newAlarm(state, settings.name, settings);
      Object.assign(alarm, {
        settings,
        actionsEnabled: input.ActionsEnabled ?? true,
        configuredAt: state.now(),
      });
      // Tags are set when an alarm is created; an update does not change them (PutMetricAlarm, API reference).
      if (!known) addTags(alarm.tags, readTags(input.Tags));
      state.alarms.set(settings.name, alarm);
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

function newAlarm(state: CloudWatchState, name: string, settings: Alarm["settings"]): Alarm {
  const now = state.now();
  return {
    arn: state.arnOf(name),
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
    .filter(({ settings }) => !AlarmNames?.length || AlarmNames.includes(settings.name))
    .filter(({ settings }) => settings.name.startsWith(AlarmNamePrefix))
    .filter((alarm) => StateValue === undefined || alarm.state === StateValue)
    .filter((alarm) => ActionPrefix === "" || acts(alarm))
    .sort((a, b) => (a.settings.name < b.settings.name ? -1 : 1));
}

function describe(alarm: Alarm): MetricAlarm {
  const { settings } = alarm;
  return {
    AlarmName: settings.name,
    AlarmArn: alarm.arn,
    AlarmDescription: settings.description,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt,
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...settings.actions.OK],
    AlarmActions: [...settings.actions.ALARM],
    InsufficientDataActions: [...settings.actions.INSUFFICIENT_DATA],
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: alarm.updatedAt,
    MetricName: settings.metricName,
    Namespace: settings.namespace,
    [settings.isExtended ? "ExtendedStatistic" : "Statistic"]: settings.statisticName,
    Dimensions: settings.dimensions.map((dimension) => ({ ...dimension })),
    Period: settings.period,
    Unit: settings.unit,
    EvaluationPeriods: settings.evaluationPeriods,
    DatapointsToAlarm: settings.datapointsToAlarm,
    Threshold: settings.threshold,
    ComparisonOperator: settings.comparison,
    TreatMissingData: settings.treatMissingData,
    StateTransitionedTimestamp: alarm.transitionedAt,
  };
}
