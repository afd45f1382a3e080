import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { pauseAt, useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { answerPause, answers, deploy, deployments, ends, eventually, newest, noneFailed } = rehearsal;
const { pauses, serve, served, service, until, weights } = rehearsal;
const shifts = (expected: { blue: number; green: number }) =>
  eventually(async () => expect(await weights()).toEqual(expected));
/** Without a bake time, so that only hooks hold it. */
const canary: DeploymentConfiguration = {
  strategy: "CANARY",
  canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 0 },
};

/** Serves the first revision under load until 20 per cent of production have shifted to the second. */
async function serveCanary() {
  await serve({ ...canary, ...pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT") });
  await deploy("2");
  await pauses();
  await answerPause();
  await shifts({ blue: 20, green: 80 });
}

describe("CANARY", () => {
  it("gives the new revision its share, then everything, without a failed request", async () => {
    await serve({ ...canary, ...pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT") }, 2);
    await deploy("2");
    await pauses();
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    await answerPause();
    await shifts({ blue: 20, green: 80 });
    await pauses();
    const shown = await answers(100);
    const share = shown.filter((version) => version === "2").length;
    expect(share).toBeGreaterThanOrEqual(10);
    expect(share).toBeLessThanOrEqual(30);
    expect(await newest()).toMatchObject({
      lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT",
      targetServiceRevision: { requestedProductionTrafficWeight: 20 },
      sourceServiceRevisions: [{ requestedProductionTrafficWeight: 80 }],
    });
    await answerPause();
    await ends("SUCCESSFUL");
    expect(await served(20)).toEqual(["2"]);
    await noneFailed();
  });

  it("that is superseded first returns production to the last good revision", async () => {
    await serveCanary();
    await pauses();
    await deploy("3", { deploymentConfiguration: pauseAt("RECONCILE_SERVICE") });
    await until(async () => (await newest()).lifecycleStage === "RECONCILE_SERVICE");
    await pauses();
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    await answerPause();
    await ends("SUCCESSFUL");
    expect((await deployments()).map(({ status }) => status)).toEqual([
      "SUCCESSFUL",
      "STOPPED",
      "SUCCESSFUL",
    ]);
    expect(await served()).toEqual(["3"]);
    await noneFailed();
    expect((await service()).runningCount).toBe(1);
  });

  it("that a rolling update supersedes first returns production, too", async () => {
    await serveCanary();
    await deploy("3", { deploymentConfiguration: { strategy: "ROLLING" } });
    await ends("SUCCESSFUL");
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect(await served()).toEqual(["3"]);
    await noneFailed();
  });

  it("that is aborted leaves the traffic divided as it is", async () => {
    await serveCanary();
    const { serviceDeploymentArn } = await newest();
    await rehearsal.aws.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ABORT" });
    await ends("STOPPED");
    expect(await weights()).toEqual({ blue: 20, green: 80 });
    expect(await served(50)).toEqual(["1", "2"]);
  });
});

describe("LINEAR", () => {
  it("shifts production in equal steps", async () => {
    await serve({
      strategy: "LINEAR",
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 1 },
    });
    await deploy("2");
    const seen: number[] = [];
    await until(async () => {
      const { status } = await newest();
      const { blue } = await weights();
      if (seen.at(-1) !== blue) seen.push(blue);
      return status === "SUCCESSFUL";
    });
    expect(seen).toEqual([0, 25, 50, 75, 100]);
    await noneFailed();
  });
});
