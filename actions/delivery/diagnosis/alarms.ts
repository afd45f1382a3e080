import { type CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";

const relations: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: "at or above",
  GreaterThanThreshold: "above",
  LessThanThreshold: "below",
  LessThanOrEqualToThreshold: "at or below",
};

/** Returns metric, value and threshold of each alarm, such as `TargetResponseTime p99 was 1.84, above 0.5`. */
export async function describeAlarms(client: CloudWatchClient, names: readonly string[]): Promise<string[]> {
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [...names] }));
  return MetricAlarms.map((alarm) => (names.length > 1 ? `${alarm.AlarmName}: ` : "") + figuresOf(alarm));
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
