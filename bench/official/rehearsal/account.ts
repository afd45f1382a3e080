import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { UpdateDeploymentGroupCommandInput } from "@aws-sdk/client-codedeploy";
import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { stageOn } from "../../../actions/delivery/stage.support.ts";
import { createDelivery } from "../../../simulator/src/outside-clients/delivery.support.ts";
import { startRealSimulator } from "../../../simulator/src/test-simulator.support.ts";

export const cluster = "outside";
/** `web` is deployed by CodeDeploy, `rolling` by ECS with its circuit breaker. */
export type ServiceName = "web" | "rolling";

export interface AccountOptions {
  readonly timeScale: number;
  readonly listenerPortOffset: number;
}

/** State of a service, as production and the bill show it. */
export interface Production {
  readonly desiredCount: number;
  readonly runningCount: number;
  /** Deployments that are still in progress. */
  readonly ongoing: number;
  /** Revisions of the family `web`. */
  readonly revisions: number;
}

/** A simulated account that runs version 1 of a service, and the files that its repository would have. */
export type Account = Awaited<ReturnType<typeof openAccount>>;

export async function openAccount({ timeScale, listenerPortOffset }: AccountOptions) {
  const simulator = await startRealSimulator({ listenerPortOffset, timeScale });
  const { aws } = simulator;
  const delivery = await createDelivery(simulator, listenerPortOffset);
  const stage = await stageOn({ simulator, productionUrl: delivery.productionUrl, cluster });
  const files = await writeFiles(stage.folder);
  while (!(await fetch(delivery.productionUrl)).ok) await simulator.clock.wait(1_000);
  const describe = async (service: ServiceName) => {
    const found = await aws.ecs.describeServices({ cluster, services: [service] });
    return found.services?.[0] ?? {};
  };

  async function writeFiles(folder: string) {
    const template = join(folder, "task-definition.json");
    const appSpec = join(folder, "appspec.yaml");
    const { taskDefinition } = await aws.ecs.describeTaskDefinition({
      taskDefinition: delivery.taskDefinitions[0],
    });
    await writeFile(template, JSON.stringify(registrable(taskDefinition)));
    // JSON is valid YAML.
    await writeFile(appSpec, JSON.stringify(delivery.appSpec("<TASK_DEFINITION>")));
    return { template, appSpec };
  }

  return {
    simulator,
    repositoryUri: delivery.repositoryUri,
    folder: stage.folder,
    ...files,
    /** Returns when the service runs. */
    async createRollingService(): Promise<void> {
      const { networkConfiguration } = await describe("web");
      await aws.ecs.createService({
        cluster,
        serviceName: "rolling",
        taskDefinition: delivery.taskDefinitions[0],
        desiredCount: 1,
        launchType: "FARGATE",
        networkConfiguration,
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      });
      while ((await describe("rolling")).deployments?.[0]?.rolloutState !== "COMPLETED")
        await simulator.clock.wait(1_000);
    },
    changeGroup: (settings: Partial<UpdateDeploymentGroupCommandInput>) =>
      aws.codedeploy.updateDeploymentGroup({
        applicationName: "outside",
        currentDeploymentGroupName: "web",
        ...settings,
      }),
    async look(service: ServiceName): Promise<Production> {
      const { desiredCount = 0, runningCount = 0, deployments = [] } = await describe(service);
      const { taskDefinitionArns = [] } = await aws.ecs.listTaskDefinitions({ familyPrefix: "web" });
      const { deployments: ids = [] } = await aws.codedeploy.listDeployments({
        includeOnlyStatuses: ["Created", "Queued", "InProgress", "Ready"],
      });
      const rolling = deployments.filter(({ rolloutState }) => rolloutState === "IN_PROGRESS").length;
      const ongoing = service === "web" ? ids.length : rolling;
      return { desiredCount, runningCount, ongoing, revisions: taskDefinitionArns.length };
    },
    close: stage.close,
  };
}

/** Removes the fields that only DescribeTaskDefinition returns. */
function registrable(described: TaskDefinition = {}) {
  const { taskDefinitionArn, revision, status, requiresAttributes, compatibilities, ...rest } = described;
  const { registeredAt, registeredBy, ...registrable } = rest;
  return registrable;
}
