import type { DeploymentGroupInfo } from "@aws-sdk/client-codedeploy";
import { shortRevision } from "../../../shared/ecs/revision.ts";
import type { RunningService } from "../../../shared/ecs/service.ts";
import type { Finding } from "../../../shared/findings.ts";
import type { TaskDefinitionInput } from "../../../shared/task-definition.ts";
import type { World } from "../clients.ts";
import type { Engine } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import { type AppSpec, generateAppSpec, readAppSpec } from "./app-spec.ts";
import { computeBudget } from "./deadline.ts";
import { deployRevision } from "./deploy-revision.ts";
import { findGroup } from "./group.ts";

/** Blue/green through CodeDeploy, for services with the deployment controller CODE_DEPLOY. */
export function createCodeDeployEngine(
  service: RunningService,
  world: World,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Engine {
  let appSpec: AppSpec | undefined;
  let group: DeploymentGroupInfo | undefined;

  async function verify(taskDefinition: TaskDefinitionInput | undefined): Promise<Finding[]> {
    const found = await findGroup(world, inputs);
    group = found.value;
    const read = inputs.appSpecFile
      ? readAppSpec(inputs.appSpecFile, taskDefinition)
      : generateAppSpec(service.service, taskDefinition);
    appSpec = read.appSpec;
    if (service.service.desiredCount === 0)
      world.log.warning(`${inputs.service} has a desired count of 0: the deployment will prove nothing.`);
    return [...found.findings, ...read.findings];
  }

  async function deploy(revision: string): Promise<void> {
    if (!appSpec) throw new Error("deploy is called after verify");
    const budget = await computeBudget(world, inputs, group);
    await deployRevision({ world, inputs, record, budget, appSpec, revision });
    world.log.info(`${inputs.service} runs ${shortRevision(revision)}.`);
  }

  return {
    verify,
    deploy,
    imageOf: (taskDefinition) =>
      taskDefinition.containerDefinitions?.find(({ name }) => name === appSpec?.containerName)?.image ?? "",
  };
}
