import type { PutScalingPolicyCommandInput } from "@aws-sdk/client-application-auto-scaling";
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import type { ScaleContext } from "../context.ts";
import type { AutoscalingInputs, TrackedTarget } from "../inputs.ts";
import type { ScalableDimension } from "./state.ts";
import type { Metric, StepPolicy } from "./step-policy.ts";

/** A policy to create, without its service; a step policy with the alarm that starts it. */
export interface WantedPolicy {
  readonly settings: Omit<PutScalingPolicyCommandInput, keyof ScalableDimension> & {
    readonly PolicyName: string;
  };
  /** Without its action, the policy's ARN. */
  readonly alarm?: PutMetricAlarmCommandInput | undefined;
}

/** The service of the policies. */
export interface PolicySubject {
  readonly cluster: string;
  readonly service: string;
  /** `app/<load balancer>/<id>/targetgroup/<group>/<id>` of the group in production; undefined without one. */
  readonly resourceLabel: string | undefined;
}

export function wantedPolicies(inputs: AutoscalingInputs, subject: PolicySubject): WantedPolicy[] {
  return [
    ...inputs.targets.map((target) => tracking(inputs, target, subject)),
    ...inputs.steps.map((steps) => stepping(inputs, steps, subject)),
  ];
}

const predefined = {
  cpu: "ECSServiceAverageCPUUtilization",
  memory: "ECSServiceAverageMemoryUtilization",
  requests: "ALBRequestCountPerTarget",
} as const satisfies Record<Metric, string>;

function tracking(
  { scaleOutCooldown, scaleInCooldown }: AutoscalingInputs,
  { metric, value }: TrackedTarget,
  { resourceLabel }: PolicySubject,
): WantedPolicy {
  return {
    settings: {
      PolicyName: `${metric}-target`,
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: value,
        PredefinedMetricSpecification: {
          PredefinedMetricType: predefined[metric],
          ...(metric === "requests" && { ResourceLabel: resourceLabel }),
        },
        ...(scaleOutCooldown !== undefined && { ScaleOutCooldown: scaleOutCooldown }),
        ...(scaleInCooldown !== undefined && { ScaleInCooldown: scaleInCooldown }),
      },
    },
  };
}

/** Consecutive breaching minutes, as in AWS's own alarms for target tracking: quick to scale out, slow to scale in. */
const breachingMinutes = { out: 3, in: 15 };

function stepping(inputs: AutoscalingInputs, steps: StepPolicy, subject: PolicySubject): WantedPolicy {
  const { metric, direction, threshold, adjustmentType, adjustments } = steps;
  const cooldown = direction === "out" ? inputs.scaleOutCooldown : inputs.scaleInCooldown;
  const name = `${metric}-${direction}`;
  return {
    settings: {
      PolicyName: name,
      PolicyType: "StepScaling",
      StepScalingPolicyConfiguration: {
        AdjustmentType: adjustmentType,
        StepAdjustments: [...adjustments],
        MetricAggregationType: "Average",
        ...(cooldown !== undefined && { Cooldown: cooldown }),
      },
    },
    alarm: {
      AlarmName: `${alarmPrefix(subject)}${name}`,
      AlarmDescription: `Scales ${subject.service} ${direction}`,
      ...metricOf(metric, subject),
      Period: 60,
      EvaluationPeriods: breachingMinutes[direction],
      Threshold: threshold,
      ComparisonOperator:
        direction === "out" ? "GreaterThanOrEqualToThreshold" : "LessThanOrEqualToThreshold",
      // An idle load balancer publishes no data: then fewer tasks are enough.
      ...(metric === "requests" && direction === "in" && { TreatMissingData: "breaching" }),
    },
  };
}

/** Returns the name prefix of the alarms that this action creates for a service. */
export function alarmPrefix({ cluster, service }: Pick<PolicySubject, "cluster" | "service">): string {
  return `${cluster}/${service}/`;
}

function metricOf(metric: Metric, { cluster, service, resourceLabel = "" }: PolicySubject) {
  if (metric === "requests")
    return {
      Namespace: "AWS/ApplicationELB",
      MetricName: "RequestCountPerTarget",
      Statistic: "Sum" as const,
      Dimensions: [
        { Name: "TargetGroup", Value: resourceLabel.slice(resourceLabel.indexOf("targetgroup/")) },
      ],
    };
  return {
    Namespace: "AWS/ECS",
    MetricName: metric === "cpu" ? "CPUUtilization" : "MemoryUtilization",
    Statistic: "Average" as const,
    Dimensions: [
      { Name: "ClusterName", Value: cluster },
      { Name: "ServiceName", Value: service },
    ],
  };
}

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
