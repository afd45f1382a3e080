import type { DeploymentConfiguration, DeploymentLifecycleHookStage } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach } from "vitest";
import { type Load, startLoad } from "../../../outside-clients/load.support.ts";
import type { TestClock } from "../../../virtual-clock.support.ts";
import { createTestWorld, type World } from "./ecs-world.support.ts";

export const where = { cluster: "main", service: "web" };
export const blueGreen: DeploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 };
export const pauseAt = (...lifecycleStages: DeploymentLifecycleHookStage[]) => ({
  lifecycleHooks: [{ targetType: "PAUSE" as const, lifecycleStages }],
});

/** Gives every test of a file a separate world, and tools to follow a deployment with traffic. */
export function useRehearsal() {
  let world: World;
  let load: Load | undefined;
  beforeEach(async () => {
    world = await createTestWorld();
  });
  afterEach(async () => {
    await load?.stop();
    load = undefined;
    await world?.close();
  });

  const until: TestClock["until"] = (condition, limit) => world.simulator.clock.until(condition, limit);
  const eventually: TestClock["eventually"] = (assertion, limit) =>
    world.simulator.clock.eventually(assertion, limit);
  const ends = (status: string) => until(async () => (await world.newest()).status === status);
  return {
    get world() {
      return world;
    },
    /** Resolves when the newest deployment has this status. */
    ends,
    until,
    eventually,
    /** Resolves when it waits at a hook. */
    pauses: () =>
      until(async () => (await world.newest()).lifecycleHookDetails?.at(-1)?.status === "AWAITING_ACTION"),
    bakes: () => until(async () => (await world.newest()).lifecycleStage === "BAKE_TIME"),
    /** Sends so many requests and returns the responses. */
    answers: (url: string, count: number) =>
      Promise.all(Array.from({ length: count }, async () => (await fetch(url)).text())),
    /** Creates a service whose first deployment has ended, and clients that send a request every five seconds. */
    async serve(configuration: DeploymentConfiguration, desiredCount = 1): Promise<Load> {
      await world.create({ ...configuration, lifecycleHooks: [], bakeTimeInMinutes: 0 }, { desiredCount });
      await ends("SUCCESSFUL");
      await world.ecs.updateService({ ...where, deploymentConfiguration: configuration });
      load = startLoad(world.productionUrl, 2, (signal) => world.simulator.clock.wait(5_000, signal));
      return load;
    },
  };
}
