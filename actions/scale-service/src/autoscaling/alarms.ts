import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import type { ScaleContext } from "../context.ts";

/** Lists the alarms of step policies; AWS creates and deletes those of target tracking itself. */
export async function listAlarms(
  context: ScaleContext,
  prefix: string,
): Promise<PutMetricAlarmCommandInput[]> {
  const client = await context.clients.cloudwatch();
  // Three metrics in two directions are six alarms: one page.
  const command = new DescribeAlarmsCommand({ AlarmNamePrefix: prefix, AlarmTypes: ["MetricAlarm"] });
  const { MetricAlarms = [] } = await client.send(command, { abortSignal: context.signal });
  return MetricAlarms.map(settingsOf);
}

export async function putAlarm({ clients }: ScaleContext, alarm: PutMetricAlarmCommandInput): Promise<void> {
  await (await clients.cloudwatch()).send(new PutMetricAlarmCommand(alarm));
}

export async function deleteAlarms({ clients }: ScaleContext, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await (await clients.cloudwatch()).send(new DeleteAlarmsCommand({ AlarmNames: [...names] }));
}

/** Returns the settings that this action makes in an alarm, so that it can be restored. */
function settingsOf(alarm: MetricAlarm): PutMetricAlarmCommandInput {
  const { AlarmName, AlarmDescription, AlarmActions, Namespace, MetricName, Statistic, Dimensions } = alarm;
  const { Period, EvaluationPeriods, Threshold, ComparisonOperator, TreatMissingData } = alarm;
  return {
    AlarmName,
    AlarmDescription,
    AlarmActions,
    Namespace,
    MetricName,
    Statistic,
    Dimensions,
    Period,
    EvaluationPeriods,
    Threshold,
    ComparisonOperator,
    TreatMissingData,
  };
}
