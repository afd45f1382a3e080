import type { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import type { CloudWatchClient, PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import type { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { StepContext } from "../../core/context.ts";
import { createUnfinishedState } from "../../core/post-state.ts";
import { createEcsClients, type EcsClients, type EcsContext, retrying } from "../../ecs/context.ts";
import type { ServiceName } from "../../ecs/service.ts";
import type { AutoscalingState, ScalableDimension } from "./autoscaling/state.ts";
import type { AfterAll } from "./inputs.ts";

export interface Clients extends EcsClients {
  readonly elbv2: () => Promise<ElasticLoadBalancingV2Client>;
  readonly autoscaling: () => Promise<ApplicationAutoScalingClient>;
  /** Loaded only for the alarms of step policies. */
  readonly cloudwatch: () => Promise<CloudWatchClient>;
}

/** Everything that restores a service; plain data, as another process may have to do it. */
export interface Undo extends ServiceName {
  /** Undefined when the count was not changed. */
  readonly desiredCount?: { readonly from: number; readonly to: number };
  /** Undefined when autoscaling was not changed. */
  readonly autoscaling?: {
    readonly dimension: ScalableDimension;
    readonly before: AutoscalingState | null;
    /** Names of the policies that were set. */
    readonly policies: readonly string[];
    readonly alarmsBefore: readonly PutMetricAlarmCommandInput[];
    readonly alarms: readonly string[];
  };
}

/** Clients and context for scaling; nothing below reads time, the network or the environment otherwise. */
export interface ScaleContext extends EcsContext {
  readonly clients: Clients;
  /** Saves what the post step has to undo if this process dies; undefined when there is nothing any more. */
  readonly keepForPost: (undo: Undo | undefined) => void;
}

/** State for the post step: how to undo a change that is not yet followed to its end. */
export const undoLeft = createUnfinishedState<Undo, AfterAll>("undo");

export function openScaling(
  { clock, log, signal }: StepContext,
  { onCancel }: { readonly onCancel: AfterAll },
): ScaleContext {
  return { clients: createClients(), clock, log, signal, keepForPost: undoLeft.saver(onCancel) };
}

function createClients(): Clients {
  return {
    ...createEcsClients(),
    elbv2: once(async () => {
      const { ElasticLoadBalancingV2Client } = await import("@aws-sdk/client-elastic-load-balancing-v2");
      return new ElasticLoadBalancingV2Client(retrying);
    }),
    autoscaling: once(async () => {
      const { ApplicationAutoScalingClient } = await import("@aws-sdk/client-application-auto-scaling");
      return new ApplicationAutoScalingClient(retrying);
    }),
    cloudwatch: once(async () => {
      const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
      return new CloudWatchClient(retrying);
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
