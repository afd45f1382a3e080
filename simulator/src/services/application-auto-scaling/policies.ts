import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type {
  Alarm,
  ScalingPolicy as PolicyView,
  PutScalingPolicyCommandInput,
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
      const configuration = readConfiguration(input);
      refuseSameMetric(state, resourceId, name, configuration);
      const policy = known ?? newPolicy(state, resourceId, name, configuration);
      if (!known) state.policies.push(policy);
      await replaceAlarms(state, policy, configuration).catch((error) => {
        if (!known) state.policies.splice(state.policies.indexOf(policy), 1);
        throw new AwsError("FailedResourceAccessException", error.message);
      });
      policy.configuration = configuration;
      return { PolicyARN: policy.arn, Alarms: alarmsOf(policy) };
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
    describeScalingPolicies(input) {
      const { PolicyNames = [] } = input;
      const wanted = state.policies.filter(
        ({ name }) => PolicyNames.length === 0 || PolicyNames.includes(name),
      );
      const { items, NextToken } = pageFor(input, wanted, ({ resourceId }) => resourceId);
      return {
        ScalingPolicies: items.map(describe),
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
  configuration: TargetTrackingScalingPolicyConfiguration,
): void {
  const metric = metricOf(configuration, resourceId);
  const isSame = (policy: ScalingPolicy) =>
    isDeepStrictEqual(metricOf(policy.configuration, resourceId), metric);
  const others = state.policies.filter((each) => each.resourceId === resourceId && each.name !== name);
  if (others.some(isSame))
    throw invalid("Only one TargetTrackingScaling policy for a given metric specification is allowed.");
}

function newPolicy(
  state: ScalingState,
  resourceId: string,
  name: string,
  configuration: TargetTrackingScalingPolicyConfiguration,
): ScalingPolicy {
  const { region, accountId, clock } = state.environment;
  const arn = `arn:aws:autoscaling:${region}:${accountId}:scalingPolicy:${randomUUID()}:resource/${namespace}/${resourceId}:policyName/${name}`;
  return { name, arn, resourceId, createdAt: clock.now(), configuration, alarms: [] };
}

function alarmsOf({ alarms }: ScalingPolicy): Alarm[] {
  return alarms.map(({ name, arn }) => ({ AlarmName: name, AlarmARN: arn }));
}

function describe(policy: ScalingPolicy): PolicyView {
  const { name, arn, resourceId, createdAt, configuration } = policy;
  return {
    PolicyARN: arn,
    PolicyName: name,
    ServiceNamespace: namespace,
    ResourceId: resourceId,
    ScalableDimension: dimension,
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: configuration,
    Alarms: alarmsOf(policy),
    CreationTime: createdAt,
  };
}

const wholeNumber = { range: [0, 2 ** 31 - 1] } as const;

/** Checks and returns the configuration of a policy. AWS's default type is StepScaling. */
function readConfiguration({
  PolicyType: type = "StepScaling",
  TargetTrackingScalingPolicyConfiguration: configuration,
  StepScalingPolicyConfiguration,
  PredictiveScalingPolicyConfiguration,
}: PutScalingPolicyCommandInput): TargetTrackingScalingPolicyConfiguration {
  if (type !== "TargetTrackingScaling")
    throw invalid(`The simulator has scaling policies of the type TargetTrackingScaling, not ${type}.`);
  if (!configuration)
    throw invalid(`A scaling policy of the type ${type} needs TargetTrackingScalingPolicyConfiguration.`);
  const others = { StepScalingPolicyConfiguration, PredictiveScalingPolicyConfiguration };
  refuseUnsupported("ValidationException", "a policy", others, []);
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
