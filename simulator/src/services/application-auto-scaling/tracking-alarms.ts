import { randomUUID } from "node:crypto";
import type { TargetTrackingScalingPolicyConfiguration } from "@aws-sdk/client-application-auto-scaling";
import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import type { ScalingPolicy, ScalingState, TrackingAlarm } from "./state.ts";

/** Minutes above the target, or below the lower threshold, before the alarm (alarms of real accounts). */
const minutesToAlarm = { AlarmHigh: 3, AlarmLow: 15 } as const;
/** Part of the target below which capacity can be removed (user guide, "Define target value"). */
const lowerThreshold = 0.9;

type Tracking = TargetTrackingScalingPolicyConfiguration;
type AlarmMetric = Pick<
  PutMetricAlarmInput,
  "Namespace" | "MetricName" | "Dimensions" | "Statistic" | "Unit"
>;

/** Creates the alarms of a target tracking policy, in place of the earlier ones. */
export async function replaceAlarms(
  state: ScalingState,
  policy: ScalingPolicy,
  configuration: Tracking,
): Promise<void> {
  const made = await makeAlarms(state, policy, configuration);
  await deleteAlarms(state, policy);
  policy.alarms = made;
}

/** An alarm deleted by a user is ignored. */
export async function deleteAlarms(
  { environment: { aws } }: ScalingState,
  { alarms }: ScalingPolicy,
): Promise<void> {
  for (const { name } of alarms)
    await aws.cloudwatch.deleteAlarms({ AlarmNames: [name] }).catch((error) => {
      if (error.code !== "ResourceNotFound") throw error;
    });
}

async function makeAlarms(
  { environment: { aws, region, accountId } }: ScalingState,
  { arn, resourceId }: ScalingPolicy,
  tracking: Tracking,
): Promise<TrackingAlarm[]> {
  const action = `${arn}:createdBy/${randomUUID()}`;
  const metric = metricOf(tracking, resourceId);
  const { TargetValue: target = 0, DisableScaleIn } = tracking;
  const kinds = ["AlarmHigh", ...(DisableScaleIn ? [] : (["AlarmLow"] as const))] as const;
  const alarms = kinds.map((kind) => {
    const name = `TargetTracking-${resourceId}-${kind}-${randomUUID()}`;
    return { kind, name, arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}` };
  });
  for (const { kind, name } of alarms)
    await aws.cloudwatch.putMetricAlarm({
      AlarmName: name,
      AlarmDescription: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${action}.`,
      AlarmActions: [action],
      ...metric,
      Period: 60,
      EvaluationPeriods: minutesToAlarm[kind],
      Threshold: kind === "AlarmHigh" ? target : target * lowerThreshold,
      ComparisonOperator: kind === "AlarmHigh" ? "GreaterThanThreshold" : "LessThanThreshold",
    });
  return alarms;
}

/** Returns the metric that a policy tracks; one target cannot have two policies for the same metric. */
export function metricOf(tracking: Tracking, resourceId: string): AlarmMetric {
  const { PredefinedMetricSpecification: predefined } = tracking;
  if (predefined?.PredefinedMetricType === "ALBRequestCountPerTarget") {
    const [, loadBalancer, targetGroup] =
      /^(app\/.+)\/(targetgroup\/.+)$/.exec(predefined.ResourceLabel ?? "") ?? [];
    return {
      Namespace: "AWS/ApplicationELB",
      MetricName: "RequestCountPerTarget",
      Dimensions: [
        { Name: "LoadBalancer", Value: loadBalancer },
        { Name: "TargetGroup", Value: targetGroup },
      ],
      Statistic: "Sum",
      Unit: "None",
    };
  }
  const [, ClusterName, ServiceName] = resourceId.split("/");
  const isMemory = predefined?.PredefinedMetricType === "ECSServiceAverageMemoryUtilization";
  return {
    Namespace: "AWS/ECS",
    MetricName: isMemory ? "MemoryUtilization" : "CPUUtilization",
    Dimensions: [
      { Name: "ClusterName", Value: ClusterName },
      { Name: "ServiceName", Value: ServiceName },
    ],
    Statistic: "Average",
    Unit: "Percent",
  };
}
