import {
  DescribeScalableTargetsCommand,
  paginateDescribeScalingPolicies,
  type ScalableTarget,
  type ScalingPolicy,
  type SuspendedState,
} from "@aws-sdk/client-application-auto-scaling";
import type { Service } from "@aws-sdk/client-ecs";
import type { World } from "../clients.ts";

/** A service's state in Application Auto Scaling, with the names of its API. */
export interface AutoscalingState {
  readonly MinCapacity: number;
  readonly MaxCapacity: number;
  readonly SuspendedState: Suspension;
  readonly Policies: readonly PolicyState[];
}

export type Suspension = Required<SuspendedState>;

export type PolicyState = Pick<
  ScalingPolicy,
  | "PolicyName"
  | "PolicyType"
  | "StepScalingPolicyConfiguration"
  | "TargetTrackingScalingPolicyConfiguration"
  | "PredictiveScalingPolicyConfiguration"
>;

export const suspended: Suspension = {
  DynamicScalingInSuspended: true,
  DynamicScalingOutSuspended: true,
  ScheduledScalingSuspended: true,
};
export const resumed: Suspension = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};

/** Returns whether only a person can change the count. */
export function isSuspended({ SuspendedState }: Pick<AutoscalingState, "SuspendedState">): boolean {
  return Object.values(SuspendedState).every(Boolean);
}

export function isAutoscalingState(value: unknown): value is AutoscalingState {
  const { MinCapacity, MaxCapacity, SuspendedState, Policies } = (value ?? {}) as Record<string, unknown>;
  const flags = Object.keys(resumed).map((name) => (SuspendedState as Record<string, unknown>)?.[name]);
  return (
    typeof MinCapacity === "number" &&
    typeof MaxCapacity === "number" &&
    flags.every((flag) => typeof flag === "boolean") &&
    Array.isArray(Policies)
  );
}

/** Identifies the desired count of a service in Application Auto Scaling. */
export interface ScalableDimension {
  readonly ServiceNamespace: "ecs";
  readonly ScalableDimension: "ecs:service:DesiredCount";
  /** `service/<cluster>/<service>`. */
  readonly ResourceId: string;
}

export function dimensionOf({ clusterArn = "", serviceName = "" }: Service): ScalableDimension {
  const cluster = clusterArn.slice(clusterArn.lastIndexOf("/") + 1);
  return {
    ServiceNamespace: "ecs",
    ScalableDimension: "ecs:service:DesiredCount",
    ResourceId: `service/${cluster}/${serviceName}`,
  };
}

/** Returns null when the service is no scalable target. */
export async function readAutoscaling(
  world: World,
  dimension: ScalableDimension,
): Promise<AutoscalingState | null> {
  const target = await findTarget(world, dimension);
  return target && readPolicies(world, dimension, target);
}

/** Returns null when the service is none. */
export async function findTarget(
  { clients, signal }: World,
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
  { clients }: World,
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
