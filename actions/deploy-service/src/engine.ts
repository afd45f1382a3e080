import type { RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import type { Finding } from "../../shared/findings.ts";
import type { TaskDefinitionInput } from "../../shared/task-definition.ts";
import type { World } from "./clients.ts";
import { createCodeDeployEngine } from "./codedeploy/engine.ts";
import type { Begun } from "./deployment/running-deployment.ts";
import { createEcsEngine } from "./ecs/engine.ts";
import type { DeployInputs } from "./inputs.ts";

/** Deploys a revision with the service's deployment controller; everything else is the same for all. */
export interface Engine {
  /** Finds everything that would make the deployment fail, without changing anything. */
  verify(taskDefinition: TaskDefinitionInput | undefined): Promise<Finding[]>;
  /** Returns the container that the load balancer sends requests to; undefined without a load balancer. */
  containerName(): string | undefined;
  /**
   * Lists what the deployment changes on the service besides its revision and count, one line each; called after
   * `verify`.
   */
  serviceChanges(): string[];
  /** Returns the milliseconds that a deployment may take until the wanted stage, from its real waits. */
  computeBudget(): Promise<number>;
  /** Begins to deploy, unless another deployment of the service is in progress. */
  begin(revision: string, service: RunningService): Promise<Begun>;
}

/** Chooses the engine once, by the service's deployment controller in DescribeServices. */
export function chooseEngine(service: RunningService, world: World, inputs: DeployInputs): Engine {
  if (service.controller === "CODE_DEPLOY") return createCodeDeployEngine(service, world, inputs);
  if (service.controller === "ECS") return createEcsEngine(service, world, inputs);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action deploys services with ECS or CODE_DEPLOY`,
    {
      nextStep:
        "deploy it with the tool that created its task sets, or recreate it with one of these controllers.",
    },
  );
}
