import {
  DescribeScalableTargetsCommand,
  paginateDescribeScalingPolicies,
  type ScalableTarget,
  type ScalingPolicy,
} from "@aws-sdk/client-application-auto-scaling";
import type { ScaleContext } from "../context.ts";
import { type AutoscalingState, type PolicyState, resumed, type ScalableDimension } from "./state.ts";

/** Returns null when the service is no scalable target. */
export async function readAutoscaling(
  context: ScaleContext,
  dimension: ScalableDimension,
): Promise<AutoscalingState | null> {
  const target = await findTarget(context, dimension);
  return target && readPolicies(context, dimension, target);
}

/** Returns null when the service is none. */
export async function findTarget(
  { clients, signal }: ScaleContext,
  { ServiceNamespace, ScalableDimension, ResourceId }: ScalableDimension,
): Promise<ScalableTarget | null> {
  const client = await clients.autoscaling();
  const command = new DescribeScalableTargetsCommand({
    ServiceNamespace,
    ScalableDimension,
    ResourceIds: [ResourceId],
  });
  return (await client.send(command, { abortSignal: signal })).ScalableTargets?.[0] ?? null;
}

export async function readPolicies(
  { clients }: ScaleContext,
  query: ScalableDimension,
  target: ScalableTarget,
): Promise<AutoscalingState> {
  const client = await clients.autoscaling();
  const Policies: PolicyState[] = [];
  for await (const page of paginateDescribeScalingPolicies({ client }, query))
    Policies.push(...(page.ScalingPolicies ?? []).map(policyOf));
  return { ...rangeOf(target), Policies };
}

function rangeOf({
  MinCapacity = 0,
  MaxCapacity = 0,
  SuspendedState,
}: ScalableTarget): Omit<AutoscalingState, "Policies"> {
  return { MinCapacity, MaxCapacity, SuspendedState: { ...resumed, ...SuspendedState } };
}

function policyOf(policy: ScalingPolicy): PolicyState {
  const { PolicyName, PolicyType } = policy;
  const configurations = {
    StepScalingPolicyConfiguration: policy.StepScalingPolicyConfiguration,
    TargetTrackingScalingPolicyConfiguration: policy.TargetTrackingScalingPolicyConfiguration,
    PredictiveScalingPolicyConfiguration: policy.PredictiveScalingPolicyConfiguration,
  };
  const given = Object.entries(configurations).filter(([, value]) => value !== undefined);
  return { PolicyName, PolicyType, ...Object.fromEntries(given) };
}
