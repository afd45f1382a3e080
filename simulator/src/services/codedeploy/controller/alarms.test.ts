import { describe, expect, it } from "vitest";
import { createDelivery, statuses } from "./delivery.support.ts";
import { listeners, weightsOf } from "./fixture.support.ts";

const watching = (change: object = {}) => ({
  alarmConfiguration: { enabled: true, alarms: [{ name: "5xx" }], ...change },
  autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_STOP_ON_ALARM"] },
});

const delivery = (group: object = watching()) => createDelivery({ terminationMinutes: 2880, group });

const active = {
  code: "ALARM_ACTIVE",
  message:
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <5xx>",
};

describe("an alarm of the deployment group", () => {
  it("that is active before the deployment stops it in Install, before anything was created", async () => {
    const { fixture, start, until, info, target } = await delivery();
    fixture.alarms.set("5xx", "ALARM");
    const deploymentId = await start();
    await until(deploymentId, "Stopped");
    const stopped = await info(deploymentId);
    expect(stopped.errorInformation).toEqual(active);
    expect(statuses((await target(deploymentId)).lifecycleEvents).slice(0, 3)).toEqual([
      "BeforeInstall Succeeded",
      "Install Failed",
      "AfterInstall Skipped",
    ]);
    await until(stopped.rollbackInfo.rollbackDeploymentId, "Succeeded");
    expect(fixture.taskSets).toMatchObject([{ id: "ecs-svc/1", status: "PRIMARY" }]);
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-two": 1 });
  });

  it.each([
    ["during the shift", "CodeDeployDefault.ECSCanary10Percent15Minutes", 10, "AllowTraffic Failed"],
    [
      "while the original task set is kept",
      "CodeDeployDefault.ECSAllAtOnce",
      100,
      "AfterAllowTraffic Succeeded",
    ],
  ])("%s restores production and records the rollback", async (_, deploymentConfigName, share, event) => {
    const { clock, fixture, start, until, info, target } = await delivery();
    const deploymentId = await start({ deploymentConfigName });
    const shareOf = async () => (await target(deploymentId)).taskSetsInfo[1]?.trafficWeight;
    const ended = async () =>
      share < 100 || Boolean((await info(deploymentId)).instanceTerminationWaitTimeStarted);
    await clock.until(async () => (await shareOf()) === share && (await ended()));
    fixture.alarms.set("5xx", "ALARM");
    await until(deploymentId, "Stopped");
    const stopped = await info(deploymentId);
    expect(stopped.errorInformation).toEqual(active);
    expect(statuses((await target(deploymentId)).lifecycleEvents)).toContain(event);
    const { rollbackDeploymentId, rollbackMessage } = stopped.rollbackInfo;
    expect(rollbackMessage).toBe(
      `Deployment ${deploymentId} terminated. Automatic rollback is triggered with a DeploymentId ${rollbackDeploymentId}.`,
    );
    await until(rollbackDeploymentId, "Succeeded");
    expect(await info(rollbackDeploymentId)).toMatchObject({
      creator: "codeDeployRollback",
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
      rollbackInfo: {
        rollbackTriggeringDeploymentId: deploymentId,
        rollbackMessage: `Deployment ${rollbackDeploymentId} is triggered to roll back deployment ${deploymentId}.`,
      },
    });
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-two": 1 });
    expect(fixture.taskSets).toMatchObject([{ id: "ecs-svc/1", status: "PRIMARY" }]);
  });

  it("rolls nothing back unless the group rolls back on alarms", async () => {
    const rollback = { enabled: true, events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"] };
    const { fixture, start, until, info } = await delivery({
      ...watching(),
      autoRollbackConfiguration: rollback,
    });
    fixture.alarms.set("5xx", "ALARM");
    const deploymentId = await start();
    await until(deploymentId, "Stopped");
    expect((await info(deploymentId)).rollbackInfo).toBeUndefined();
  });

  it("is overridden by the alarms of the deployment itself", async () => {
    const { untilKept, fixture, start, until, info } = await delivery();
    fixture.alarms.set("5xx", "ALARM").set("latency", "OK");
    const overrideAlarmConfiguration = { enabled: true, alarms: [{ name: "latency" }] };
    const deploymentId = await start({ overrideAlarmConfiguration });
    await untilKept(deploymentId);
    fixture.alarms.set("latency", "ALARM");
    await until(deploymentId, "Stopped");
    expect((await info(deploymentId)).errorInformation.message).toMatch(/<latency>$/);
  });

  it.each([
    [false, "Stopped"],
    [true, "InProgress"],
  ])("that CloudWatch does not have (ignorePollAlarmFailure %s) leaves it %s", async (ignore, status) => {
    const { clock, fixture, start, info } = await delivery(watching({ ignorePollAlarmFailure: ignore }));
    fixture.alarms.delete("5xx");
    const deploymentId = await start();
    const settled = ({ status: now, instanceTerminationWaitTimeStarted }: Record<string, unknown>) =>
      now === "Stopped" || instanceTerminationWaitTimeStarted;
    await clock.until(async () => settled(await info(deploymentId)));
    expect((await info(deploymentId)).status).toBe(status);
  });
});
