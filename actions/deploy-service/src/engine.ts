import type { RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import type { Finding } from "../../shared/findings.ts";
import type { TaskDefinitionInput } from "../../shared/task-definition.ts";
import type { World } from "./clients.ts";
import { createCodeDeployEngine } from "./codedeploy/engine.ts";
import type { DeployInputs } from "./inputs.ts";
import type { DeploymentRecord } from "./record.ts";

/** How a service's deployment controller brings a revision into production. */
export interface Engine {
  /** Everything that would make the deployment fail, looked up without changing anything. */
  verify(taskDefinition: TaskDefinitionInput | undefined): Promise<Finding[]>;
  /** Image of the container that the load balancer talks to. */
  imageOf(taskDefinition: TaskDefinitionInput): string;
  /** Fills the record; returns when the wanted stage is reached, else throws the cause. */
  deploy(revision: string): Promise<void>;
}

/** Chosen once, from what DescribeServices says of the service's deployment controller. */
export function chooseEngine(
  service: RunningService,
  world: World,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Engine {
  if (service.controller === "CODE_DEPLOY") return createCodeDeployEngine(service, world, inputs, record);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action deploys services with CODE_DEPLOY`,
    {
      nextStep: "create the service with the deployment controller CODE_DEPLOY; it cannot be changed later.",
    },
  );
}
