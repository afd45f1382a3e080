import type { CloudWatchClient, MetricAlarm } from "@aws-sdk/client-cloudwatch";

const relations: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: "at or above",
  GreaterThanThreshold: "above",
  LessThanThreshold: "below",
  LessThanOrEqualToThreshold: "at or below",
};

export interface AlarmState {
  readonly name: string;
  readonly state: MetricAlarm["StateValue"];
  /** When it got this state. */
  readonly since: Date | undefined;
  /** Such as `TargetResponseTime p99 was 1.84, above 0.5`, or the rule of a composite alarm. */
  readonly figures: string;
}

/** Reads those alarms that exist. Without types, CloudWatch returns no composite alarms (API reference). */
export async function readAlarms(
  client: CloudWatchClient,
  names: readonly string[],
  options: { abortSignal?: AbortSignal } = {},
): Promise<AlarmState[]> {
  const { DescribeAlarmsCommand } = await import("@aws-sdk/client-cloudwatch");
  const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
    new DescribeAlarmsCommand({
      AlarmNames: [...names],
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      MaxRecords: 100,
    }),
    options,
  );
  const stateOf = (alarm: MetricAlarm, figures: string) => ({
    name: alarm.AlarmName ?? "",
    state: alarm.StateValue,
    since: alarm.StateTransitionedTimestamp,
    figures,
  });
  return [
    ...MetricAlarms.map((alarm) => stateOf(alarm, figuresOf(alarm))),
    ...CompositeAlarms.map((alarm) => stateOf(alarm, `its rule is ${alarm.AlarmRule}`)),
  ];
}

/** Returns the figures of each alarm, with its name if there are several. */
export async function describeAlarms(client: CloudWatchClient, names: readonly string[]): Promise<string[]> {
  const alarms = await readAlarms(client, names);
  return alarms.map(({ name, figures }) => (names.length > 1 ? `${name}: ` : "") + figures);
}

function figuresOf(alarm: MetricAlarm): string {
  const { Threshold: threshold, ComparisonOperator = "" } = alarm;
  const relation = `${relations[ComparisonOperator] ?? "beyond"} ${threshold ?? "its threshold"}`;
  const value = latestValue(alarm);
  return value === undefined
    ? `${metricOf(alarm)}, ${relation}`
    : `${metricOf(alarm)} was ${value}, ${relation}`;
}

/** An alarm of an expression names its metrics one by one. */
function metricOf({ MetricName, Statistic, ExtendedStatistic, Metrics = [] }: MetricAlarm): string {
  const statistic = ExtendedStatistic ?? Statistic;
  if (MetricName) return statistic ? `${MetricName} ${statistic}` : MetricName;
  const shown = Metrics.find(({ ReturnData }) => ReturnData) ?? Metrics[0];
  return shown?.Label ?? shown?.Expression ?? shown?.MetricStat?.Metric?.MetricName ?? "its metric";
}

/** Reads the latest value behind the state: StateReasonData is JSON with the datapoints. */
function latestValue({ StateValue, StateReasonData = "" }: MetricAlarm): number | undefined {
  if (StateValue !== "ALARM") return undefined;
  try {
    const { recentDatapoints = [] } = JSON.parse(StateReasonData) as { recentDatapoints?: unknown[] };
    const value = Number(recentDatapoints.at(-1));
    return Number.isFinite(value) ? Number(value.toPrecision(3)) : undefined;
  } catch {
    return undefined;
  }
}
