import type { DeploymentConfiguration, DeploymentLifecycleHookStage } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, expect } from "vitest";
import { type Load, startLoad } from "../../../outside-clients/load.support.ts";
import type { TestClock } from "../../../virtual-clock.support.ts";
import { createTestFixture, type Fixture, where } from "./fixture.support.ts";

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
  const newest = () => fixture.newest();
  const ends = (status: string) => until(async () => (await newest()).status === status);
  /** Sends so many requests and returns the responses. */
  const answers = (count: number, rule: "production" | "test" = "production") =>
    Promise.all(Array.from({ length: count }, async () => (await fetch(fixture[`${rule}Url`])).text()));
  /** Each sends a request every five seconds. */
  const startClients = () => {
    load = startLoad(fixture.productionUrl, 2, (signal) => fixture.simulator.clock.wait(5_000, signal));
    return load;
  };
  return {
    get fixture() {
      return fixture;
    },
    get aws() {
      return fixture.simulator.aws;
    },
    /** Resolves when the newest deployment has this status. */
    ends,
    until,
    eventually,
    ...callsOf(() => fixture),
    /** Resolves when it waits at a hook. */
    pauses: () =>
      until(async () => (await newest()).lifecycleHookDetails?.at(-1)?.status === "AWAITING_ACTION"),
    bakes: () => until(async () => (await newest()).lifecycleStage === "BAKE_TIME"),
    answers,
    /** Returns the versions that production serves. */
    served: async (count = 10) => [...new Set(await answers(count))].sort(),
    /** Ends the load, of which no request failed, and which got these versions if any are given. */
    async noneFailed(...versions: string[]) {
      await load?.stop();
      expect(load?.failures).toEqual([]);
      if (versions.length > 0) expect([...new Set(load?.answers)].sort()).toEqual(versions);
    },
    /** Creates a service whose first deployment has ended, and clients. */
    async serve(configuration: DeploymentConfiguration, desiredCount = 1): Promise<Load> {
      await fixture.create({ ...configuration, lifecycleHooks: [], bakeTimeInMinutes: 0 }, { desiredCount });
      await ends("SUCCESSFUL");
      await fixture.ecs.updateService({ ...where, deploymentConfiguration: configuration });
      return startClients();
    },
    startClients,
  };
}

/** Calls of the fixture that the running test has. */
const callsOf = (current: () => Fixture) => ({
  create: (...settings: Parameters<Fixture["create"]>) => current().create(...settings),
  newest: () => current().newest(),
  deployments: () => current().deployments(),
  deploy: (...settings: Parameters<Fixture["deploy"]>) => current().deploy(...settings),
  service: () => current().service(),
  weights: () => current().weights("production"),
  answerPause: (action?: "ROLLBACK") => current().answerPause(action),
});
