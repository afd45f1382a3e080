import type { RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import type { Finding } from "../../shared/findings.ts";
import type { TaskDefinitionInput } from "../../shared/task-definition.ts";
import type { World } from "./clients.ts";
import { createCodeDeployEngine } from "./codedeploy/engine.ts";
import type { Begun } from "./deployment/running-deployment.ts";
import { createEcsEngine } from "./ecs/engine.ts";
import type { DeployInputs } from "./inputs.ts";

/** How a service's deployment controller brings a revision into production; everything else is the same for all. */
export interface Engine {
  /** Everything that would make the deployment fail, looked up without changing anything. */
  verify(taskDefinition: TaskDefinitionInput | undefined): Promise<Finding[]>;
  /** Name of the container that the load balancer talks to; undefined without a load balancer. */
  containerName(): string | undefined;
  /** One line per thing of the service that the deployment changes beside its revision and count; after `verify`. */
  serviceChanges(): string[];
  /** Milliseconds that a deployment may take until the wanted stage, from the waits it really has. */
  computeBudget(): Promise<number>;
  /** Begins to deploy, unless another deployment of the service goes on. */
  begin(revision: string, service: RunningService): Promise<Begun>;
}

/** Chosen once, from what DescribeServices says of the service's deployment controller. */
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
