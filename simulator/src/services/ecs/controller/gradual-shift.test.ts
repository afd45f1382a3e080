import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { pauseAt, useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { answers, ends, eventually, pauses, serve, until } = rehearsal;
const shifts = (weights: { blue: number; green: number }) =>
  eventually(async () => expect(await rehearsal.fixture.weights("production")).toEqual(weights));
/** Without a bake time, so that only hooks hold it. */
const canary: DeploymentConfiguration = {
  strategy: "CANARY",
  canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 0 },
};

/** Serves the first revision under load until 20 per cent of production have shifted to the second. */
async function serveCanary() {
  const load = await serve({ ...canary, ...pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT") });
  await rehearsal.fixture.deploy("2");
  await pauses();
  await rehearsal.fixture.answerPause();
  await shifts({ blue: 20, green: 80 });
  return load;
}

describe("CANARY", () => {
  it("gives the new revision its share, then everything, without a failed request", async () => {
    const load = await serve({ ...canary, ...pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT") }, 2);
    await rehearsal.fixture.deploy("2");
    await pauses();
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 0, green: 100 });
    await rehearsal.fixture.answerPause();
    await shifts({ blue: 20, green: 80 });
    await pauses();
    const shown = await answers(rehearsal.fixture.productionUrl, 100);
    const share = shown.filter((version) => version === "2").length;
    expect(share).toBeGreaterThanOrEqual(10);
    expect(share).toBeLessThanOrEqual(30);
    expect(await rehearsal.fixture.newest()).toMatchObject({
      lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT",
      targetServiceRevision: { requestedProductionTrafficWeight: 20 },
      sourceServiceRevisions: [{ requestedProductionTrafficWeight: 80 }],
    });
    await rehearsal.fixture.answerPause();
    await ends("SUCCESSFUL");
    expect(new Set(await answers(rehearsal.fixture.productionUrl, 20))).toEqual(new Set(["2"]));
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it("that is superseded first returns production to the last good revision", async () => {
    const load = await serveCanary();
    await pauses();
    await rehearsal.fixture.deploy("3", { deploymentConfiguration: pauseAt("RECONCILE_SERVICE") });
    await until(async () => (await rehearsal.fixture.newest()).lifecycleStage === "RECONCILE_SERVICE");
    await pauses();
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 0, green: 100 });
    await rehearsal.fixture.answerPause();
    await ends("SUCCESSFUL");
    expect((await rehearsal.fixture.deployments()).map(({ status }) => status)).toEqual([
      "SUCCESSFUL",
      "STOPPED",
      "SUCCESSFUL",
    ]);
    expect(new Set(await answers(rehearsal.fixture.productionUrl, 10))).toEqual(new Set(["3"]));
    await load.stop();
    expect(load.failures).toEqual([]);
    expect((await rehearsal.fixture.service()).runningCount).toBe(1);
  });

  it("that a rolling update supersedes first returns production, too", async () => {
    const load = await serveCanary();
    await rehearsal.fixture.deploy("3", { deploymentConfiguration: { strategy: "ROLLING" } });
    await ends("SUCCESSFUL");
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 0, green: 100 });
    expect(new Set(await answers(rehearsal.fixture.productionUrl, 10))).toEqual(new Set(["3"]));
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it("that is aborted leaves the traffic divided as it is", async () => {
    await serveCanary();
    const { serviceDeploymentArn } = await rehearsal.fixture.newest();
    await rehearsal.fixture.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ABORT" });
    await ends("STOPPED");
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 20, green: 80 });
    expect(new Set(await answers(rehearsal.fixture.productionUrl, 50))).toEqual(new Set(["1", "2"]));
  });
});

describe("LINEAR", () => {
  it("shifts production in equal steps", async () => {
    const load = await serve({
      strategy: "LINEAR",
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 1 },
    });
    await rehearsal.fixture.deploy("2");
    const seen: number[] = [];
    await until(async () => {
      const { status } = await rehearsal.fixture.newest();
      const { blue } = await rehearsal.fixture.weights("production");
      if (seen.at(-1) !== blue) seen.push(blue);
      return status === "SUCCESSFUL";
    });
    expect(seen).toEqual([0, 25, 50, 75, 100]);
    await load.stop();
    expect(load.failures).toEqual([]);
  });
});
