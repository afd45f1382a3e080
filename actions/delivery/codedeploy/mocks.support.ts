import {
  CodeDeployClient,
  CreateDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTasksCommand,
} from "@aws-sdk/client-ecs";
import { mockClient } from "aws-sdk-client-mock";
import { minute, runVirtually, virtualConfig } from "../deployment/virtual-run.support.ts";
import type { DeployInputs } from "../inputs.ts";
import type { Run } from "../order/run.ts";
import { beginDeployment } from "./begin.ts";

export const clients = { ecs: new ECSClient(virtualConfig), codedeploy: new CodeDeployClient(virtualConfig) };
export const ecs = mockClient(clients.ecs);
export const codedeploy = mockClient(clients.codedeploy);

/** Mocks a service that runs web:1, and a CodeDeploy that creates the deployment d-1 and stops it on request. */
export function mockAccount(): void {
  ecs.reset();
  codedeploy.reset();
  runs("web:1");
  ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  ecs.on(DescribeTaskDefinitionCommand).resolves({ taskDefinition: { containerDefinitions: [] } });
  codedeploy.on(CreateDeploymentCommand).resolves({ deploymentId: "d-1" });
  codedeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: ["c:web"] });
  codedeploy.on(GetDeploymentTargetCommand).resolves({ deploymentTarget: { ecsTarget: {} } });
  codedeploy.on(StopDeploymentCommand).resolves({ status: "Pending" });
}

/** Sets what production runs from now on. */
export function runs(taskDefinition: string, runningCount = 1, desiredCount = 1): void {
  const primary = { status: "PRIMARY", taskDefinition, runningCount, computedDesiredCount: desiredCount };
  ecs
    .on(DescribeServicesCommand)
    .resolves({ services: [{ status: "ACTIVE", desiredCount, taskSets: [primary] }] });
}

export function run(
  changes: Partial<DeployInputs> = {},
  budget = { ms: 90 * minute, given: false },
  by?: Run,
) {
  return runVirtually({ clients, begin: beginDeployment, changes, budget, run: by });
}

export const status = (name: string) => ({ deploymentInfo: { status: name as "Created" } });
