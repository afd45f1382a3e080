import type { CreateServiceCommandInput, DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { createRealWorld } from "../../../../simulator/src/controllers/ecs/ecs-world.support.ts";
import { type Stage, stageOn } from "../stage.support.ts";

/**
 * A simulated account with a load-balanced service that ECS deploys itself: behind two target groups and rules for
 * production and test traffic, as its own strategies want them, or behind one for a rolling update.
 */
export async function createEcsStage(
  configuration: DeploymentConfiguration,
  settings: Partial<CreateServiceCommandInput> = {},
): Promise<Stage> {
  const { simulator, productionUrl, groups, create, newest } = await createRealWorld();
  await simulator.aws.logs.createLogGroup({ logGroupName: "web" });
  const one = { containerName: "web", containerPort: 8080, targetGroupArn: groups.blue };
  const rolling = (configuration.strategy ?? "ROLLING") === "ROLLING";
  await create(configuration, { ...(rolling && { loadBalancers: [one] }), ...settings });
  while ((await newest()).status !== "SUCCESSFUL") await new Promise(setImmediate);
  return stageOn({ simulator, productionUrl, cluster: "main" });
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
