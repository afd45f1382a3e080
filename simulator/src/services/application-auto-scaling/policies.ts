import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Alarm, ScalingPolicy as PolicyView } from "@aws-sdk/client-application-auto-scaling";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { readPolicySettings } from "./policy-settings.ts";
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

/** Maximum of one scalable target. Source: quotas of Application Auto Scaling. */
const maximumPolicies = 50;

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
      const { items, next } = pageFor(input, wanted, ({ resourceId }) => resourceId);
      return {
        ScalingPolicies: await Promise.all(items.map((policy) => describe(state, policy))),
        NextToken: next,
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
  const ofTarget = state.policies.filter((policy) => policy.resourceId === resourceId);
  if (ofTarget.length >= maximumPolicies)
    throw new AwsError(
      "LimitExceededException",
      `The target has ${maximumPolicies} scaling policies, the limit.`,
    );
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
