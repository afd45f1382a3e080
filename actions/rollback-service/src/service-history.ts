import type { World } from "../../deploy-service/src/clients.ts";
import type { RunningDeployment } from "../../deploy-service/src/deployment/running-deployment.ts";
import type { RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { openCodeDeployHistory } from "./codedeploy-history.ts";
import { openEcsHistory } from "./ecs-history.ts";
import type { RollbackInputs } from "./inputs.ts";

/** One deployment of the service, as AWS remembers it. */
export interface PastDeployment {
  /** Deployment id of CodeDeploy, ARN of the service deployment of ECS. */
  readonly id: string;
  /** As messages name it, such as `deployment d-1`. */
  readonly name: string;
  /** In AWS's own words. */
  readonly status: string;
  readonly state: "ongoing" | "succeeded" | "unsuccessful";
  /** ARN of the task definition that it brings or brought; undefined when AWS does not tell. */
  readonly revision: string | undefined;
  /** AWS puts back what ran before, by itself or because it was asked to stop. */
  readonly isRollback: boolean;
}

export interface ServiceHistory {
  /** The last deployments, newest first: as many as AWS tells in one answer. */
  list(): Promise<PastDeployment[]>;
  /** Takes up one that goes on, to stop and follow it. */
  resume(deployment: PastDeployment): RunningDeployment;
}

/** Chosen as the engine that deploys is: by the service's deployment controller. */
export function openHistory(service: RunningService, world: World, inputs: RollbackInputs): ServiceHistory {
  if (service.controller === "CODE_DEPLOY") return openCodeDeployHistory(world, inputs);
  if (service.controller === "ECS") return openEcsHistory(service, world, inputs);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action rolls back services with ECS or CODE_DEPLOY`,
    { nextStep: "roll it back with what made its task sets." },
  );
}
