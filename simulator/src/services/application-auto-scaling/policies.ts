import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type {
  Alarm,
  ScalingPolicy as PolicyView,
  PutScalingPolicyCommandInput,
  StepAdjustment,
  StepScalingPolicyConfiguration,
  TargetTrackingScalingPolicyConfiguration,
} from "@aws-sdk/client-application-auto-scaling";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import {
  dimension,
  findTarget,
  invalid,
  namespace,
  type PolicySettings,
  pageFor,
  resourceIdOf,
  type ScalingPolicy,
  type ScalingState,
} from "./state.ts";
import { deleteAlarms, metricOf, replaceAlarms } from "./tracking-alarms.ts";

export function policyOperations(state: ScalingState): Operations<"applicationautoscaling"> {
  return {
    async putScalingPolicy(input) {
      const resourceId = resourceIdOf(input);
      const { PolicyName: name = "" } = input;
      refuseBroken("ValidationException", [
        ["policyName", name, { pattern: "\\p{Print}+", length: [1, 256] }],
      ]);
      findTarget(state, resourceId);
      const known = find(state, resourceId, name);
      const settings = readPolicySettings(input);
      refuseSameMetric(state, resourceId, name, settings);
      const policy = known ?? newPolicy(state, resourceId, name, settings);
      if (!known) state.policies.push(policy);
      await replaceAlarms(state, policy, settings).catch((error) => {
        if (!known) state.policies.splice(state.policies.indexOf(policy), 1);
        throw new AwsError("FailedResourceAccessException", error.message);
      });
      policy.settings = settings;
      return { PolicyARN: policy.arn, Alarms: await alarmsOf(state, policy) };
    },
    async deleteScalingPolicy(input) {
      const resourceId = resourceIdOf(input);
      const found = find(state, resourceId, input.PolicyName);
      if (!found)
        throw new AwsError(
          "ObjectNotFoundException",
          `No scaling policy found for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}, policy name: ${input.PolicyName}`,
        );
      await deletePolicy(state, found);
      return {};
    },
    async describeScalingPolicies(input) {
      const { PolicyNames = [] } = input;
      const wanted = state.policies.filter(
        ({ name }) => PolicyNames.length === 0 || PolicyNames.includes(name),
      );
      const { items, NextToken } = pageFor(input, wanted, ({ resourceId }) => resourceId);
      return {
        ScalingPolicies: await Promise.all(items.map((policy) => describe(state, policy))),
        NextToken,
      };
    },
  };
}

function find(state: ScalingState, resourceId: string, name: string | undefined): ScalingPolicy | undefined {
  return state.policies.find((policy) => policy.resourceId === resourceId && policy.name === name);
}

/** A policy is deleted with the alarms that were created for it; alarms of the user stay (API reference). */
export async function deletePolicy(state: ScalingState, policy: ScalingPolicy): Promise<void> {
  state.policies.splice(state.policies.indexOf(policy), 1);
  await deleteAlarms(state, policy);
}

function refuseSameMetric(
  state: ScalingState,
  resourceId: string,
  name: string,
  { type, configuration }: PolicySettings,
): void {
  if (type !== "TargetTrackingScaling") return;
  const metric = metricOf(configuration, resourceId);
  const isSame = ({ settings }: ScalingPolicy) =>
    settings.type === "TargetTrackingScaling" &&
    isDeepStrictEqual(metricOf(settings.configuration, resourceId), metric);
  const others = state.policies.filter((each) => each.resourceId === resourceId && each.name !== name);
  if (others.some(isSame))
    throw invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed.");
}

function newPolicy(
  state: ScalingState,
  resourceId: string,
  name: string,
  settings: PolicySettings,
): ScalingPolicy {
  const { region, accountId, clock } = state.environment;
  const arn = `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${randomUUID()}:resource/${namespace}/${resourceId}:policyName/${name}`;
  return { name, arn, resourceId, createdAt: clock.now(), settings, alarms: [] };
}

/** Returns the alarms created for it, or by a user to trigger it. */
async function alarmsOf({ environment: { aws } }: ScalingState, policy: ScalingPolicy): Promise<Alarm[]> {
  if (policy.settings.type === "TargetTrackingScaling")
    return policy.alarms.map(({ name, arn }) => ({ AlarmName: name, AlarmARN: arn }));
  const { MetricAlarms = [] } = await aws.cloudwatch.describeAlarms({ ActionPrefix: policy.arn });
  return MetricAlarms.map(({ AlarmName, AlarmArn }) => ({ AlarmName, AlarmARN: AlarmArn }));
}

async function describe(state: ScalingState, policy: ScalingPolicy): Promise<PolicyView> {
  const { name, arn, resourceId, createdAt, settings } = policy;
  return {
    PolicyARN: arn,
    PolicyName: name,
    ServiceNamespace: namespace,
    ResourceId: resourceId,
    ScalableDimension: dimension,
    PolicyType: settings.type,
    ...(settings.type === "StepScaling"
      ? { StepScalingPolicyConfiguration: settings.configuration }
      : { TargetTrackingScalingPolicyConfiguration: settings.configuration }),
    Alarms: await alarmsOf(state, policy),
    CreationTime: createdAt,
  };
}

/** Maximum of one step scaling policy. Source: quotas of Application Auto Scaling. */
const maximumSteps = 20;
const wholeNumber = { range: [0, 2 ** 31 - 1] } as const;

/** Checks and returns the settings of a policy. */
function readPolicySettings(input: PutScalingPolicyCommandInput): PolicySettings {
  const type = input.PolicyType ?? "StepScaling";
  const { StepScalingPolicyConfiguration: steps, TargetTrackingScalingPolicyConfiguration: tracking } = input;
  if (type === "StepScaling") {
    if (!steps || tracking) throw invalid(mismatch(type, "StepScalingPolicyConfiguration"));
    return { type, configuration: readSteps(steps) };
  }
  if (type === "TargetTrackingScaling") {
    if (!tracking || steps) throw invalid(mismatch(type, "TargetTrackingScalingPolicyConfiguration"));
    return { type, configuration: readTracking(tracking) };
  }
  throw invalid(
    `The simulator has scaling policies of the types StepScaling and TargetTrackingScaling, not ${type}.`,
  );
}

function mismatch(type: string, member: string): string {
  return `A scaling policy of the type ${type} needs ${member}, and no other configuration.`;
}

function readTracking(
  configuration: TargetTrackingScalingPolicyConfiguration,
): TargetTrackingScalingPolicyConfiguration {
  const { TargetValue = Number.NaN, PredefinedMetricSpecification: predefined } = configuration;
  const { CustomizedMetricSpecification, ScaleInCooldown, ScaleOutCooldown } = configuration;
  refuseUnsupported("ValidationException", "a policy", { CustomizedMetricSpecification }, []);
  if (!(TargetValue > 0)) throw invalid(`TargetValue must be greater than 0, not ${TargetValue}.`);
  refuseBroken("ValidationException", [
    ["targetTrackingScalingPolicyConfiguration.scaleInCooldown", ScaleInCooldown, wholeNumber],
    ["targetTrackingScalingPolicyConfiguration.scaleOutCooldown", ScaleOutCooldown, wholeNumber],
  ]);
  checkPredefined(predefined?.PredefinedMetricType, predefined?.ResourceLabel);
  return configuration;
}

const predefinedMetrics = [
  "ECSServiceAverageCPUUtilization",
  "ECSServiceAverageMemoryUtilization",
  "ALBRequestCountPerTarget",
];

function checkPredefined(type: string | undefined, label: string | undefined): void {
  if (!predefinedMetrics.includes(type ?? ""))
    throw invalid(
      `PredefinedMetricType ${type} is none of services of ECS: ${predefinedMetrics.join(", ")}.`,
    );
  const needsLabel = type === "ALBRequestCountPerTarget";
  if (!needsLabel && label !== undefined) throw invalid(`The metric ${type} takes no ResourceLabel.`);
  if (needsLabel && !/^app\/[^/]+\/[0-9a-f]+\/targetgroup\/[^/]+\/[0-9a-f]+$/.test(label ?? ""))
    throw invalid(
      `The metric ${type} needs a ResourceLabel, app/<load balancer>/<id>/targetgroup/<target group>/<id>, not ${label}.`,
    );
}

function readSteps(configuration: StepScalingPolicyConfiguration): StepScalingPolicyConfiguration {
  const { AdjustmentType, StepAdjustments = [], MetricAggregationType = "Average" } = configuration;
  const { MinAdjustmentMagnitude, Cooldown } = configuration;
  const place = "stepScalingPolicyConfiguration";
  refuseBroken("ValidationException", [
    [`${place}.cooldown`, Cooldown, wholeNumber],
    [`${place}.stepAdjustments`, StepAdjustments, { length: [1, maximumSteps] }],
  ]);
  if (!AdjustmentType) throw invalid("StepScalingPolicyConfiguration needs AdjustmentType.");
  if (MinAdjustmentMagnitude !== undefined && AdjustmentType !== "PercentChangeInCapacity")
    throw invalid("MinAdjustmentMagnitude goes with the AdjustmentType PercentChangeInCapacity only.");
  refuseGaps(StepAdjustments);
  return { ...configuration, MetricAggregationType };
}

/** Steps cover the breach of the alarm without gap or overlap (API reference, StepAdjustment). */
function refuseGaps(steps: readonly StepAdjustment[]): void {
  const bounds = steps
    .map(({ MetricIntervalLowerBound: from = -Infinity, MetricIntervalUpperBound: to = Infinity }) => ({
      from,
      to,
    }))
    .sort((left, right) => left.from - right.from);
  for (const [index, { from, to }] of bounds.entries()) {
    if (from >= to) throw invalid(`The step adjustment from ${from} to ${to} covers nothing.`);
    const before = bounds[index - 1];
    if (before && before.to !== from)
      throw invalid(
        `The step adjustments ${before.to > from ? "overlap" : "leave a gap"} between ${before.to} and ${from}.`,
      );
  }
  const [lowest, highest] = [bounds[0], bounds.at(-1)];
  if (lowest && lowest.from < 0 && lowest.from !== -Infinity)
    throw invalid("With a negative lower bound there must be a step adjustment without a lower bound.");
  if (highest && highest.to > 0 && highest.to !== Infinity)
    throw invalid("With a positive upper bound there must be a step adjustment without an upper bound.");
}
