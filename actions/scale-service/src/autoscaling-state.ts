import type { SuspendedState } from "@aws-sdk/client-application-auto-scaling";
import type { Service } from "@aws-sdk/client-ecs";
import { lastSegment } from "../../core/arn.ts";

/** A service's state in Application Auto Scaling, with the names of its API. */
export interface AutoscalingState {
  readonly MinCapacity: number;
  readonly MaxCapacity: number;
  readonly SuspendedState: Suspension;
}

export type Suspension = Required<SuspendedState>;

export const allAre = (value: boolean): Suspension => ({
  DynamicScalingInSuspended: value,
  DynamicScalingOutSuspended: value,
  ScheduledScalingSuspended: value,
});

/** Returns whether only a person can change the count. */
export function isSuspended({ SuspendedState }: Pick<AutoscalingState, "SuspendedState">): boolean {
  return Object.values(SuspendedState).every(Boolean);
}

export function isAutoscalingState(value: unknown): value is AutoscalingState {
  const { MinCapacity, MaxCapacity, SuspendedState } = (value ?? {}) as Record<string, unknown>;
  const flags = Object.keys(allAre(true)).map((name) => (SuspendedState as Record<string, unknown>)?.[name]);
  return (
    typeof MinCapacity === "number" &&
    typeof MaxCapacity === "number" &&
    flags.every((flag) => typeof flag === "boolean")
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

/** Returns a text such as `1 to 4 tasks`, `1 to 4 tasks (suspended)`, `none` or `not known`. */
export function describeState(state: AutoscalingState | null | undefined): string {
  if (!state) return state === null ? "none" : "not known";
  const suspension = suspensionOf(state);
  return `${state.MinCapacity} to ${state.MaxCapacity} tasks${suspension && ` (${suspension})`}`;
}

/** Returns a text such as `suspended` or `scale-in suspended`; empty if nothing is. */
export function suspensionOf(state: Pick<AutoscalingState, "SuspendedState">): string {
  if (isSuspended(state)) return "suspended";
  const words = {
    DynamicScalingInSuspended: "scale-in",
    DynamicScalingOutSuspended: "scale-out",
    ScheduledScalingSuspended: "schedules",
  };
  const parts = Object.entries(words).filter(([name]) => state.SuspendedState[name as keyof typeof words]);
  return parts.length > 0 ? `${parts.map(([, word]) => word).join(" and ")} suspended` : "";
}
