import { CodePipelineClient } from "@aws-sdk/client-codepipeline";
import {
  createClients as createDeployClients,
  type Clients as DeployClients,
  type World as DeployWorld,
} from "../../deploy-service/src/clients.ts";
import { type EcsWorld, patient } from "../../shared/ecs/world.ts";
import type { Handle } from "./hand-over.ts";

export interface Clients extends DeployClients {
  readonly codepipeline: CodePipelineClient;
}

/** What following works with; nothing below reads time, the network or the environment otherwise. */
export interface World extends EcsWorld {
  readonly clients: Clients;
  /** Tells the post step which execution to care for should this process die; undefined when there is none any more. */
  readonly handOver: (execution: Handle | undefined) => void;
}

export function createClients(): Clients {
  return { ...createDeployClients(), codepipeline: new CodePipelineClient(patient) };
}

/** For the parts of deploy-service that follow and explain a deployment; what becomes of it is decided here. */
export function toDeployWorld(world: World): DeployWorld {
  return { ...world, run: undefined, handOver: () => {} };
}
