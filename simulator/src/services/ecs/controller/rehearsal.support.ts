import type { DeploymentConfiguration, DeploymentLifecycleHookStage } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach } from "vitest";
import { type Load, startLoad } from "../../../outside-clients/load.support.ts";
import type { TestClock } from "../../../virtual-clock.support.ts";
import { createTestFixture, type Fixture } from "./fixture.support.ts";

export const where = { cluster: "main", service: "web" };
export const blueGreen: DeploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 };
export const pauseAt = (...lifecycleStages: DeploymentLifecycleHookStage[]) => ({
  lifecycleHooks: [{ targetType: "PAUSE" as const, lifecycleStages }],
});

/** Gives every test of a file a separate fixture, and tools to follow a deployment with traffic. */
export function useRehearsal() {
  let fixture: Fixture;
  let load: Load | undefined;
  beforeEach(async () => {
    fixture = await createTestFixture();
  });
  afterEach(async () => {
    await load?.stop();
    load = undefined;
    await fixture?.close();
  });

  const until: TestClock["until"] = (condition, limit) => fixture.simulator.clock.until(condition, limit);
  const eventually: TestClock["eventually"] = (assertion, limit) =>
    fixture.simulator.clock.eventually(assertion, limit);
  const ends = (status: string) => until(async () => (await fixture.newest()).status === status);
  return {
    get fixture() {
      return fixture;
    },
    /** Resolves when the newest deployment has this status. */
    ends,
    until,
    eventually,
    /** Resolves when it waits at a hook. */
    pauses: () =>
      until(async () => (await fixture.newest()).lifecycleHookDetails?.at(-1)?.status === "AWAITING_ACTION"),
    bakes: () => until(async () => (await fixture.newest()).lifecycleStage === "BAKE_TIME"),
    /** Sends so many requests and returns the responses. */
    answers: (url: string, count: number) =>
      Promise.all(Array.from({ length: count }, async () => (await fetch(url)).text())),
    /** Creates a service whose first deployment has ended, and clients that send a request every five seconds. */
    async serve(configuration: DeploymentConfiguration, desiredCount = 1): Promise<Load> {
      await fixture.create({ ...configuration, lifecycleHooks: [], bakeTimeInMinutes: 0 }, { desiredCount });
      await ends("SUCCESSFUL");
      await fixture.ecs.updateService({ ...where, deploymentConfiguration: configuration });
      load = startLoad(fixture.productionUrl, 2, (signal) => fixture.simulator.clock.wait(5_000, signal));
      return load;
    },
  };
}
