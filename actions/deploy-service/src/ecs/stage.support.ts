import type { CreateServiceCommandInput, DeploymentConfiguration } from "@aws-sdk/client-ecs";
import {
  createRealWorld,
  createTestWorld,
  type World,
} from "../../../../simulator/src/controllers/ecs/ecs-world.support.ts";
import {
  type Program,
  webProgram,
} from "../../../../simulator/src/planes/tasks/in-process-runtime.support.ts";
import { type Stage, stageOn } from "../stage.support.ts";

type Settings = Partial<CreateServiceCommandInput>;

/**
 * A simulated account with a load-balanced service that ECS deploys itself: behind two target groups and rules for
 * production and test traffic, as its own strategies want them, or behind one for a rolling update. In virtual time.
 */
export const createEcsStage = async (configuration: DeploymentConfiguration, settings: Settings = {}) =>
  createStageIn(await createTestWorld(), configuration, settings, webProgram);

/** The same with tasks that are processes, in time that passes faster than the wall. */
export const createRealEcsStage = async (configuration: DeploymentConfiguration) =>
  createStageIn(await createRealWorld(), configuration);

async function createStageIn(
  { simulator, productionUrl, groups, create, newest }: World,
  configuration: DeploymentConfiguration,
  settings: Settings = {},
  program?: Program,
): Promise<Stage> {
  await simulator.aws.logs.createLogGroup({ logGroupName: "web" });
  const one = { containerName: "web", containerPort: 8080, targetGroupArn: groups.blue };
  const rolling = (configuration.strategy ?? "ROLLING") === "ROLLING";
  await create(configuration, { ...(rolling && { loadBalancers: [one] }), ...settings });
  await simulator.clock.until(async () => (await newest()).status === "SUCCESSFUL");
  return stageOn({ simulator, productionUrl, cluster: "main", program });
}

/** The same with waits that are set once the service runs, since its first deployment would make them, too. */
export async function createWaitingEcsStage(configuration: DeploymentConfiguration): Promise<Stage> {
  const { strategy = "ROLLING" } = configuration;
  const quick =
    strategy === "ROLLING" ? { strategy } : { strategy: "BLUE_GREEN" as const, bakeTimeInMinutes: 0 };
  const stage = await createEcsStage(quick);
  const where = { cluster: "main", service: "web" };
  await stage.simulator.aws.ecs.updateService({ ...where, deploymentConfiguration: configuration });
  return stage;
}
