import { randomUUID } from "node:crypto";
import type { ScalingPolicy as PolicyView } from "@aws-sdk/client-application-auto-scaling";
import { AwsError } from "../../errors.ts";
import type { Service } from "../api.ts";
import { refuseBroken } from "../constraints.ts";
import { page } from "../page.ts";
import { readPolicySettings } from "./policy-settings.ts";
import {
  dimension,
  findTarget,
  invalid,
  namespace,
  type PolicySettings,
  refuseOtherServices,
  resourceIdOf,
  type ScalingPolicy,
  type ScalingState,
} from "./state.ts";
import { pageSize } from "./targets.ts";

/** Of one scalable target. Source: quotas of Application Auto Scaling. */
const maximumPolicies = 50;

export function policyOperations(state: ScalingState): Service<"applicationautoscaling">["operations"] {
  return {
    putScalingPolicy(input) {
      const resourceId = resourceIdOf(input);
      const { PolicyName: name = "" } = input;
      refuseBroken("ValidationException", [
        ["policyName", name, { pattern: "\\p{Print}+", length: [1, 256] }],
      ]);
      findTarget(state, resourceId);
      const known = find(state, resourceId, name);
      const settings = readPolicySettings(input);
      const policy = known ?? addPolicy(state, resourceId, name, settings);
      policy.settings = settings;
      return { PolicyARN: policy.arn, Alarms: [] };
    },
    deleteScalingPolicy(input) {
      const resourceId = resourceIdOf(input);
      const found = find(state, resourceId, input.PolicyName);
      if (!found)
        throw new AwsError(
          "ObjectNotFoundException",
          `No scaling policy found for service namespace: ${namespace}, resource ID: ${resourceId}, scalable dimension: ${dimension}, policy name: ${input.PolicyName}`,
        );
      state.policies.splice(state.policies.indexOf(found), 1);
      return {};
    },
    describeScalingPolicies(input) {
      refuseOtherServices(input.ServiceNamespace);
      const { PolicyNames = [], ResourceId, ScalableDimension, MaxResults, NextToken } = input;
      if (ScalableDimension !== undefined && ResourceId === undefined)
        throw invalid("A scalable dimension needs the resource ID that it belongs to.");
      const wanted = state.policies.filter(
        ({ name, resourceId }) =>
          (PolicyNames.length === 0 || PolicyNames.includes(name)) &&
          (ResourceId ?? resourceId) === resourceId,
      );
      const size = MaxResults ?? pageSize;
      const { items, next } = page(wanted, { size, token: NextToken, code: "InvalidNextTokenException" });
      return { ScalingPolicies: items.map(describe), NextToken: next };
    },
    // Nothing scales and nothing can be scheduled, so both lists are empty in truth.
    describeScalingActivities({ ServiceNamespace }) {
      refuseOtherServices(ServiceNamespace);
      return { ScalingActivities: [] };
    },
    describeScheduledActions({ ServiceNamespace }) {
      refuseOtherServices(ServiceNamespace);
      return { ScheduledActions: [] };
    },
  };
}

function find(state: ScalingState, resourceId: string, name: string | undefined): ScalingPolicy | undefined {
  return state.policies.find((policy) => policy.resourceId === resourceId && policy.name === name);
}

function addPolicy(
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
  const policy = { name, arn, resourceId, createdAt: clock.now(), settings };
  state.policies.push(policy);
  return policy;
}

function describe({ name, arn, resourceId, createdAt, settings }: ScalingPolicy): PolicyView {
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
    Alarms: [],
    CreationTime: createdAt,
  };
}
