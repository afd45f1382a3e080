import type { ScalingPolicy, SuspendedState } from "@aws-sdk/client-application-auto-scaling";
import type { Service } from "@aws-sdk/client-ecs";
import { lastSegment } from "../../../core/arn.ts";

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
  return {
    ServiceNamespace: "ecs",
    ScalableDimension: "ecs:service:DesiredCount",
    ResourceId: `service/${lastSegment(clusterArn)}/${serviceName}`,
  };
}
