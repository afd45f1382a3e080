import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import type { StepContext } from "../../core/context.ts";
import { createUnfinishedState } from "../../core/post-state.ts";
import {
  createClients,
  type DeliveryContext,
  type Clients as DeployClients,
} from "../../delivery/context.ts";
import { type EcsContext, retrying } from "../../ecs/context.ts";
import type { OnCancel } from "./inputs.ts";

/** Enough to stop an execution from another process. */
export interface Handle {
  readonly pipeline: string;
  readonly executionId: string;
  /** CodeDeploy deployments that its actions began and that have not ended. */
  readonly deploymentIds: readonly string[];
}

/** State that the post step needs about the followed execution. */
export const executionLeft = createUnfinishedState<Handle, OnCancel>("execution");

export interface Clients extends DeployClients {
  readonly codepipeline: CodePipelineClient;
}

/** Clients and context for following; nothing below reads time, the network or the environment otherwise. */
export interface FollowContext extends EcsContext {
  readonly clients: Clients;
  /** Saves which execution the post step has to handle if this process dies; undefined when none is left. */
  readonly keepForPost: (execution: Handle | undefined) => void;
}

export function openFollowing(
  { clock, log, signal }: StepContext,
  { onCancel }: { readonly onCancel: OnCancel },
): FollowContext {
  const clients = { ...createClients(), codepipeline: new CodePipelineClient(retrying) };
  return { clients, clock, log, signal, keepForPost: executionLeft.saver(onCancel) };
}

/** Adapts the context for deploy-service's code that follows and explains a deployment; on-cancel is decided here. */
export function toDeliveryContext(context: FollowContext): DeliveryContext {
  return { ...context, run: undefined, keepForPost: () => {} };
}
