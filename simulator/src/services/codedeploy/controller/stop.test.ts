import { describe, expect, it } from "vitest";
import { names } from "../group.support.ts";
import { createDelivery as delivery } from "./delivery.support.ts";
import { listeners, weightsOf } from "./fixture.support.ts";

describe("a deployment that is stopped", () => {
  const stopped = async (autoRollbackEnabled: boolean) => {
    const everything = await delivery({ terminationMinutes: 2880 });
    const { untilKept, call, start } = everything;
    const deploymentId = await start();
    await untilKept(deploymentId);
    await call("stopDeployment", { deploymentId, autoRollbackEnabled });
    await everything.until(deploymentId, "Stopped");
    return { ...everything, deploymentId };
  };

  it("returns to blue even after the traffic was shifted", async () => {
    const { fixture, info, until, deploymentId } = await stopped(true);
    const { rollbackInfo, errorInformation } = await info(deploymentId);
    expect(errorInformation.code).toBe("MANUAL_STOP");
    await until(rollbackInfo.rollbackDeploymentId, "Succeeded");
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-two": 1 });
    expect(weightsOf(fixture, listeners.test, "default")).toEqual({ "customer-tg-one": 1 });
    expect(fixture.taskSets).toMatchObject([{ id: "ecs-svc/1", status: "PRIMARY" }]);
  });

  it("stays in its state without a rollback, and the next one takes over from there", async () => {
    const { untilKept, fixture, start, info, call, until, deploymentId } = await stopped(false);
    expect((await info(deploymentId)).rollbackInfo).toBeUndefined();
    expect(fixture.taskSets).toHaveLength(2);
    const next = await start();
    await untilKept(next);
    await call("continueDeployment", { deploymentId: next, deploymentWaitType: "TERMINATION_WAIT" });
    await until(next, "Succeeded");
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-two": 1 });
    expect(fixture.taskSets).toHaveLength(1);
  });

  it("is no longer stopped once blue is being terminated", async () => {
    const { clock, fixture, call, start, until } = await delivery();
    let release = () => {};
    const reached = new Promise<void>((resolve) => {
      fixture.beforeDelete = () => {
        resolve();
        return new Promise((go) => {
          release = go;
        });
      };
    });
    const deploymentId = await start();
    await clock.during(reached);
    await expect(call("stopDeployment", { deploymentId })).rejects.toMatchObject({
      code: "DeploymentAlreadyCompletedException",
    });
    release();
    await until(deploymentId, "Succeeded");
  });

  it("stops with its deployment group", async () => {
    const { call, start, until, info } = await delivery({ terminationMinutes: 2880 });
    const deploymentId = await start();
    await call("deleteDeploymentGroup", names);
    await until(deploymentId, "Stopped");
    expect((await info(deploymentId)).errorInformation.code).toBe("DEPLOYMENT_GROUP_MISSING");
  });
});
