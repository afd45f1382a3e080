import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import {
  createClients as createDeployClients,
  type Clients as DeployClients,
  type World as DeployWorld,
} from "../../delivery/context.ts";
import { type EcsWorld, patient } from "../../shared/ecs/world.ts";
import type { Handle } from "./hand-over.ts";

export interface Clients extends DeployClients {
  readonly codepipeline: CodePipelineClient;
}

/** Clients and context for following; nothing below reads time, the network or the environment otherwise. */
export interface World extends EcsWorld {
  readonly clients: Clients;
  /** Saves which execution the post step has to handle if this process dies; undefined when there is none any more. */
  readonly handOver: (execution: Handle | undefined) => void;
}

export function createClients(): Clients {
  return { ...createDeployClients(), codepipeline: new CodePipelineClient(patient) };
}

/** Adapts the context for deploy-service's code that follows and explains a deployment; on-cancel is decided here. */
export function toDeployWorld(world: World): DeployWorld {
  return { ...world, run: undefined, handOver: () => {} };
}
