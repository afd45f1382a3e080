import type { DeploymentConfiguration, DeploymentLifecycleHookStage } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, expect } from "vitest";
import { type Load, startLoad } from "../../outside-clients/load.support.ts";
import { createRealWorld, type World } from "./ecs-world.support.ts";

export const where = { cluster: "main", service: "web" };
export const blueGreen: DeploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 };
export const pauseAt = (...lifecycleStages: DeploymentLifecycleHookStage[]) => ({
  lifecycleHooks: [{ targetType: "PAUSE" as const, lifecycleStages }],
});

/** Gives every test of a file a world of its own, and what a deployment with traffic is followed by. */
export function useRehearsal() {
  let world: World;
  let load: Load | undefined;
  beforeEach(async () => {
    world = await createRealWorld();
  });
  afterEach(async () => {
    await load?.stop();
    load = undefined;
    await world?.close();
  });

  const polled = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 20_000 });
  const ends = async (status: string) => polled(async () => (await world.newest()).status).toBe(status);
  return {
    get world() {
      return world;
    },
    /** Resolves when the newest deployment has this status. */
    ends,
    /** Resolves when it waits at a hook. */
    pauses: async () =>
      polled(async () => (await world.newest()).lifecycleHookDetails?.at(-1)?.status).toBe("AWAITING_ACTION"),
    bakes: async () => polled(async () => (await world.newest()).lifecycleStage).toBe("BAKE_TIME"),
    /** What so many requests are answered. */
    answers: (url: string, count: number) =>
      Promise.all(Array.from({ length: count }, async () => (await fetch(url)).text())),
    /** A service whose first deployment has ended, and clients that never stop asking for it. */
    async serve(configuration: DeploymentConfiguration, desiredCount = 1): Promise<Load> {
      await world.create({ ...configuration, lifecycleHooks: [], bakeTimeInMinutes: 0 }, { desiredCount });
      await ends("SUCCESSFUL");
      await world.ecs.updateService({ ...where, deploymentConfiguration: configuration });
      load = startLoad(world.productionUrl, 4);
      return load;
    },
  };
}
