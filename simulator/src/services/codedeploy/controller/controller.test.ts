import { describe, expect, it } from "vitest";
import { blueGreen, group, names } from "../group.support.ts";
import { createDelivery as delivery, request, requestWith, statuses } from "./delivery.support.ts";
import { type Fixture, forward, groups, listeners, taskDefinition, weightsOf } from "./fixture.support.ts";

/** Green's share after each change of the production listener. */
const greenShares = ({ history }: Fixture) =>
  history.map((weights) => (JSON.parse(weights)["customer-tg-one"] as number | undefined) ?? 0);

describe("a successful deployment", () => {
  it.each([
    ["CodeDeployDefault.ECSAllAtOnce", [0, 100, 1]],
    ["CodeDeployDefault.ECSCanary10Percent5Minutes", [0, 10, 100, 1]],
    ["CodeDeployDefault.ECSCanary10Percent15Minutes", [0, 10, 100, 1]],
    ["Thirds", [0, 33, 66, 99, 100, 1]],
    ["Quarters", [0, 25, 50, 75, 100, 1]],
    ["CodeDeployDefault.ECSLinear10PercentEvery1Minutes", [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 1]],
    ["CodeDeployDefault.ECSLinear10PercentEvery3Minutes", [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 1]],
  ])("shifts production by %s", async (deploymentConfigName, shares) => {
    const { fixture, call, start, until } = await delivery();
    for (const [name, linearPercentage] of Object.entries({ Thirds: 33, Quarters: 25 }))
      await call("createDeploymentConfig", {
        deploymentConfigName: name,
        computePlatform: "ECS",
        trafficRoutingConfig: {
          type: "TimeBasedLinear",
          timeBasedLinear: { linearPercentage, linearInterval: 1 },
        },
      });
    await until(await start({ deploymentConfigName }), "Succeeded");
    expect(greenShares(fixture)).toEqual(shares);
  });

  it("shifts every rule of the pair and no other, and moves the test listener to green", async () => {
    const { fixture, start, until } = await delivery();
    await until(await start(), "Succeeded");
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-one": 1 });
    expect(weightsOf(fixture, listeners.production, "beans")).toEqual({ "customer-tg-one": 1 });
    expect(weightsOf(fixture, listeners.production, "admin")).toEqual({ "employee-tg-two": 1 });
    expect(weightsOf(fixture, listeners.test, "default")).toEqual({ "customer-tg-one": 1 });
    expect(fixture.taskSets).toMatchObject([{ status: "PRIMARY", taskDefinition, launchType: "FARGATE" }]);
  });

  it("alternates between the target groups from one deployment to the next", async () => {
    const { fixture, start, until, info } = await delivery();
    const first = await start();
    await until(first, "Succeeded");
    const second = await start();
    await until(second, "Succeeded");
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-two": 1 });
    expect((await info(second)).previousRevision).toEqual(request.revision);
  });

  it("waits for the last one of its targets", async () => {
    const { clock, fixture, start, until, target } = await delivery();
    fixture.tasks = { desired: 2, healthy: 1 };
    const id = await start();
    await clock.foreground.wait(30 * 60_000);
    expect(statuses((await target(id)).lifecycleEvents)).toContain("Install InProgress");
    fixture.tasks.healthy = 2;
    await until(id, "Succeeded");
  });

  it("is the group's last one, and the previous one of the next", async () => {
    const { fixture, call, start, until, info } = await delivery();
    const revisions = [0, 1].map((number) => requestWith([], " ".repeat(number)).revision);
    await until(await start({ revision: revisions[0] }), "Succeeded");
    const second = await start({ revision: revisions[1] });
    await until(second, "Succeeded");
    fixture.healthy = false;
    const failed = await start();
    await until(failed, "Failed");
    expect((await info(failed)).previousRevision).toEqual(revisions[1]);
    const { deploymentGroupInfo } = await call("getDeploymentGroup", names);
    expect(deploymentGroupInfo).toMatchObject({
      targetRevision: revisions[1],
      lastSuccessfulDeployment: { deploymentId: second },
      lastAttemptedDeployment: { deploymentId: failed },
    });
    const groupsWith = async (revision: object | undefined) =>
      (await call("getApplicationRevision", { ...names, revision })).revisionInfo.deploymentGroups;
    expect(await groupsWith(revisions[0])).toEqual([]);
    expect(await groupsWith(revisions[1])).toEqual([names.deploymentGroupName]);
  });

  it("does not concern another group of the application", async () => {
    const { untilKept, call, start, info } = await delivery({ terminationMinutes: 2880 });
    const other = { applicationName: names.applicationName, deploymentGroupName: "other" };
    const ecsServices = [{ clusterName: "cluster", serviceName: "employee-microservice" }];
    await call("createDeploymentGroup", { ...group, ...other, ecsServices });
    const first = await start();
    await untilKept(first);
    const second = await start(other);
    await untilKept(second);
    expect((await call("listDeployments", names)).deployments).toEqual([first]);
    expect((await call("listDeployments", other)).deployments).toEqual([second]);
    expect((await call("listDeployments")).deployments).toEqual([second, first]);
    expect((await call("listDeploymentGroups", names)).deploymentGroups).toHaveLength(2);
    await call("deleteDeploymentGroup", other);
    expect((await info(first)).status).toBe("InProgress");
  });

  it("reports every lifecycle event and both task sets", async () => {
    const { start, until, target, info } = await delivery();
    const id = await start();
    await until(id, "Succeeded");
    const { lifecycleEvents, taskSetsInfo, status } = await target(id);
    expect(statuses(lifecycleEvents)).toEqual(
      [
        "BeforeInstall",
        "Install",
        "AfterInstall",
        "AllowTestTraffic",
        "AfterAllowTestTraffic",
        "BeforeAllowTraffic",
        "AllowTraffic",
        "AfterAllowTraffic",
      ].map((name) => `${name} Succeeded`),
    );
    expect(taskSetsInfo).toMatchObject([
      { taskSetLabel: "Blue", trafficWeight: 0, runningCount: 0, targetGroup: { name: "customer-tg-two" } },
      { taskSetLabel: "Green", trafficWeight: 100, runningCount: 1, status: "PRIMARY" },
    ]);
    expect(status).toBe("Succeeded");
    expect(await info(id)).toMatchObject({ deploymentOverview: { Succeeded: 1 }, creator: "user" });
  });

  it("keeps blue during the termination wait, which ContinueDeployment cuts short", async () => {
    const { untilKept, fixture, call, start, until, info, target } = await delivery({
      terminationMinutes: 2880,
    });
    const deploymentId = await start();
    await untilKept(deploymentId);
    expect((await info(deploymentId)).status).toBe("InProgress");
    expect((await target(deploymentId)).taskSetsInfo).toMatchObject([
      { status: "ACTIVE" },
      { status: "PRIMARY" },
    ]);
    await expect(call("createDeployment", request)).rejects.toMatchObject({
      code: "DeploymentLimitExceededException",
      message: `The Deployment Group 'microservices-customer' already has an active Deployment '${deploymentId}'`,
    });
    await expect(call("continueDeployment", { deploymentId })).rejects.toMatchObject({
      code: "DeploymentIsNotInReadyStateException",
    });
    await call("continueDeployment", { deploymentId, deploymentWaitType: "TERMINATION_WAIT" });
    await until(deploymentId, "Succeeded");
    expect(fixture.taskSets).toHaveLength(1);
    await expect(call("stopDeployment", { deploymentId })).rejects.toMatchObject({
      code: "DeploymentAlreadyCompletedException",
    });
  });
});

describe("a deployment that waits for the traffic to be rerouted", () => {
  const group = blueGreen({}, { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: 30 });

  it("continues on request", async () => {
    const { call, start, until } = await delivery({ group });
    const deploymentId = await start();
    await until(deploymentId, "Ready");
    await call("continueDeployment", { deploymentId, deploymentWaitType: "READY_WAIT" });
    await until(deploymentId, "Succeeded");
  });

  it("stops without a request", async () => {
    const { fixture, start, until, info } = await delivery({ group });
    const deploymentId = await start();
    await until(deploymentId, "Stopped");
    expect((await info(deploymentId)).errorInformation.code).toBe("TIMEOUT");
    expect(greenShares(fixture)).toEqual([0]);
  });
});

describe("a deployment that fails", () => {
  const autoRollbackConfiguration = { enabled: true, events: ["DEPLOYMENT_FAILURE"] };

  it("is rolled back: production stays on blue and green is removed", async () => {
    const { fixture, call, start, until, info, target } = await delivery({
      group: { autoRollbackConfiguration },
    });
    fixture.healthy = false;
    const deploymentId = await start();
    await until(deploymentId, "Failed");
    const failed = await info(deploymentId);
    expect(failed.errorInformation).toEqual({
      code: "TIMEOUT",
      message:
        "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.",
    });
    expect(statuses((await target(deploymentId)).lifecycleEvents).slice(0, 3)).toEqual([
      "BeforeInstall Succeeded",
      "Install Failed",
      "AfterInstall Skipped",
    ]);
    const { rollbackDeploymentId } = failed.rollbackInfo;
    await until(rollbackDeploymentId, "Succeeded");
    expect(await info(rollbackDeploymentId)).toMatchObject({
      creator: "codeDeployRollback",
      rollbackInfo: { rollbackTriggeringDeploymentId: deploymentId },
    });
    expect(fixture.taskSets).toMatchObject([{ id: "ecs-svc/1", status: "PRIMARY" }]);
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-two": 1 });
    expect((await call("listDeployments", names)).deployments).toEqual([rollbackDeploymentId, deploymentId]);
  });

  it("leaves green for the next deployment to remove when nothing is rolled back", async () => {
    const { fixture, start, until, info } = await delivery();
    fixture.healthy = false;
    const failed = await start();
    await until(failed, "Failed");
    expect((await info(failed)).rollbackInfo).toBeUndefined();
    expect(fixture.taskSets).toHaveLength(2);
    fixture.healthy = true;
    await until(await start(), "Succeeded");
    expect(fixture.taskSets).toHaveLength(1);
  });

  it("names the listener that does not forward to the primary task set", async () => {
    const { fixture, start, until, info } = await delivery();
    fixture.rules.set(listeners.production, [
      { RuleArn: "default", IsDefault: true, Actions: [forward(groups.one)] },
    ]);
    const id = await start();
    await until(id, "Failed");
    expect((await info(id)).errorInformation).toEqual({
      code: "ELASTIC_LOAD_BALANCING_INVALID",
      message: `The ELB could not be updated due to the following error: Primary taskset target group must be behind listener ${listeners.production}`,
    });
    expect(fixture.taskSets).toHaveLength(1);
  });
});
