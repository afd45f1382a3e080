import type { StepContext } from "../../core/context.ts";
import { createUnfinishedState } from "../../core/post-state.ts";
import { createEcsClients, type EcsContext, retrying } from "../../ecs/context.ts";
import type { ServiceName } from "../../ecs/service.ts";
import type { ScalableDimension, Suspension } from "./autoscaling-state.ts";
import type { AfterAll } from "./inputs.ts";

/** Change of a service, and how to undo it; plain data, as another process may have to do it. */
export interface Change extends ServiceName {
  /** Undefined when the count stays. */
  readonly desiredCount?: { readonly from: number; readonly to: number };
  /** Undefined when autoscaling stays. */
  readonly suspension?: {
    readonly dimension: ScalableDimension;
    readonly from: Suspension;
    readonly to: Suspension;
  };
}

/** Clients and context for scaling; nothing below reads time, the network or the environment otherwise. */
export interface ScaleContext extends EcsContext {
  readonly clients: ReturnType<typeof createClients>;
  /** Saves the change that the post step has to undo if this process dies; undefined when none is left. */
  readonly keepForPost: (change: Change | undefined) => void;
}

/** State for the post step: a change that is not yet followed to its end. */
export const changeLeft = createUnfinishedState<Change, AfterAll>("change");

export function openScaling(
  { clock, log, signal }: StepContext,
  { onCancel }: { readonly onCancel: AfterAll },
): ScaleContext {
  return { clients: createClients(), clock, log, signal, keepForPost: changeLeft.saver(onCancel) };
}

function createClients() {
  return {
    ...createEcsClients(),
    elbv2: once(async () => {
      const { ElasticLoadBalancingV2Client } = await import("@aws-sdk/client-elastic-load-balancing-v2");
      return new ElasticLoadBalancingV2Client(retrying);
    }),
    /** Loaded when an alarm has to be explained. */
    cloudwatch: once(async () => {
      const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
      return new CloudWatchClient(retrying);
    }),
    autoscaling: once(async () => {
      const { ApplicationAutoScalingClient } = await import("@aws-sdk/client-application-auto-scaling");
      return new ApplicationAutoScalingClient(retrying);
    }),
  };
}

/** Creates once, so that every poll of the targets uses the same connections. */
function once<T>(create: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= create();
    return made;
  };
}
