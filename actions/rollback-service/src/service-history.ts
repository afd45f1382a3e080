import type { World } from "../../deploy-service/src/clients.ts";
import type { RunningDeployment } from "../../deploy-service/src/deployment/running-deployment.ts";
import type { RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { openCodeDeployHistory } from "./codedeploy-history.ts";
import { openEcsHistory } from "./ecs-history.ts";
import type { RollbackInputs } from "./inputs.ts";

/** One deployment of the service in AWS's history. */
export interface PastDeployment {
  /** Deployment ID of CodeDeploy, ARN of the service deployment of ECS. */
  readonly id: string;
  /** The name in messages, such as `deployment d-1`. */
  readonly name: string;
  /** In AWS's own words. */
  readonly status: string;
  readonly state: "ongoing" | "succeeded" | "unsuccessful";
  /** ARN of the deployed task definition; undefined when AWS does not show it. */
  readonly revision: string | undefined;
  /** AWS restores the previous revision, automatically or after a stop request. */
  readonly isRollback: boolean;
}

export interface ServiceHistory {
  /** Lists the last deployments, newest first: as many as AWS returns in one response. */
  list(): Promise<PastDeployment[]>;
  /** Returns a running deployment, to stop and follow it. */
  resume(deployment: PastDeployment): RunningDeployment;
}

/** Chooses the history by the service's deployment controller, like the deploying engine. */
export function openHistory(service: RunningService, world: World, inputs: RollbackInputs): ServiceHistory {
  if (service.controller === "CODE_DEPLOY") return openCodeDeployHistory(world, inputs);
  if (service.controller === "ECS") return openEcsHistory(service, world, inputs);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action rolls back services with ECS or CODE_DEPLOY`,
    { nextStep: "roll it back with what made its task sets." },
  );
}
