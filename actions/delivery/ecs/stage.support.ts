import type { CreateServiceCommandInput, DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { type Program, webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import {
  createRealFixture,
  createTestFixture,
  type Fixture,
} from "@ecs-delivery/simulator/services/ecs/controller/fixture.support";
import { type Stage, stageOn } from "../stage.support.ts";

type Settings = Partial<CreateServiceCommandInput>;

/**
 * Creates a simulated account with a load-balanced service that ECS deploys itself, in virtual time. ECS's own
 * strategies get two target groups and rules for production and test traffic, a rolling update gets one group.
 */
export const createEcsStage = async (configuration: DeploymentConfiguration, settings: Settings = {}) =>
  createStageIn(await createTestFixture(), configuration, settings, webProgram);

/** Creates the same with tasks that are processes, in accelerated real time. */
export const createRealEcsStage = async (configuration: DeploymentConfiguration) =>
  createStageIn(await createRealFixture(), configuration);

async function createStageIn(
  { simulator, productionUrl, groups, create, newest }: Fixture,
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

/**
 * Creates the same, with waits that are set after the service runs, since its first deployment would make them, too.
 */
export async function createWaitingEcsStage(configuration: DeploymentConfiguration): Promise<Stage> {
  const { strategy = "ROLLING" } = configuration;
  const quick =
    strategy === "ROLLING" ? { strategy } : { strategy: "BLUE_GREEN" as const, bakeTimeInMinutes: 0 };
  const stage = await createEcsStage(quick);
  const where = { cluster: "main", service: "web" };
  await stage.simulator.aws.ecs.updateService({ ...where, deploymentConfiguration: configuration });
  return stage;
}

/** Settings of a service whose deployments wait for this long until somebody lets their traffic shift. */
export const pausingFor = (timeoutInMinutes: number): DeploymentConfiguration => ({
  strategy: "BLUE_GREEN",
  bakeTimeInMinutes: 1,
  lifecycleHooks: [
    {
      targetType: "PAUSE",
      lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
      timeoutConfiguration: { timeoutInMinutes, action: "ROLLBACK" },
    },
  ],
});
