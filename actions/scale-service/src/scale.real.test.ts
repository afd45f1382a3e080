import { startLoad } from "@ecs-delivery/simulator/outside-clients/load.support";
import { afterEach, expect, test } from "vitest";
import { createRealStage, type Deployer, type Stage } from "./stage.support.ts";

let stage: Stage;
afterEach(() => stage?.close());

test.each<Deployer>(["CodeDeploy", "ECS rolling", "ECS blue/green"])(
  "serves every request while a service that %s deploys scales out and in",
  async (deployer) => {
    stage = await createRealStage(deployer);
    const load = startLoad(stage.productionUrl, 8);
    expect((await stage.try({ "desired-count": "3", "settle-for": "1s" })).error).toBeUndefined();
    load.answers.length = 0;
    await stage.simulator.clock.until(() => new Set(load.answers).size === 3);

    expect((await stage.try({ "desired-count": "1", "settle-for": "1s" })).error).toBeUndefined();
    await stage.healthy(1);
    await load.stop();
    expect(load.failures).toEqual([]);
  },
);
