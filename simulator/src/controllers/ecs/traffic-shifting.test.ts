import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Load, startLoad } from "../../outside-clients/load.ts";
import { createWorld, type World } from "./world-for-tests.ts";

let world: World;
let load: Load | undefined;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await load?.stop();
  load = undefined;
  await world.close();
});

const where = { cluster: "main", service: "web" };
const blueGreen: DeploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 };
const pauseAt = (...lifecycleStages: string[]) => ({
  lifecycleHooks: [{ targetType: "PAUSE" as const, lifecycleStages: lifecycleStages as [] }],
});
/** No bake, so that only hooks hold it. */
const canary: DeploymentConfiguration = {
  strategy: "CANARY",
  canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 0 },
};

const ends = (status: string) =>
  expect.poll(async () => (await world.newest()).status, { timeout: 20_000 }).toBe(status);
const pauses = () =>
  expect
    .poll(async () => (await world.newest()).lifecycleHookDetails?.at(-1)?.status, { timeout: 20_000 })
    .toBe("AWAITING_ACTION");
const answer = async (url: string) => (await fetch(url)).text();
const answers = (url: string, count: number) => Promise.all(Array.from({ length: count }, () => answer(url)));

/** A service whose first deployment has ended, and clients that never stop asking for it. */
async function serve(configuration: DeploymentConfiguration, desiredCount = 1): Promise<Load> {
  await world.create({ ...configuration, lifecycleHooks: [], bakeTimeInMinutes: 0 }, { desiredCount });
  await ends("SUCCESSFUL");
  await world.ecs.updateService({ ...where, deploymentConfiguration: configuration });
  load = startLoad(world.productionUrl, 4);
  return load;
}

describe("a first deployment", () => {
  it("goes into the target group that production does not use, and gets all traffic", async () => {
    await world.create({ ...blueGreen, ...pauseAt("POST_SCALE_UP") });
    await pauses();
    expect(await world.weights("production")).toEqual({ blue: 1, green: 0 });
    expect((await fetch(world.productionUrl)).status).toBe(503);
    await world.answerPause();
    await ends("SUCCESSFUL");
    expect(await world.weights("production")).toEqual({ blue: 0, green: 100 });
    expect(await answer(world.productionUrl)).toBe("1");
    expect(await world.service()).toMatchObject({
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 1 }],
      loadBalancers: [{ targetGroupArn: world.groups.blue, advancedConfiguration: {} }],
      currentServiceDeployment: undefined,
    });
    const revision = (await world.newest()).targetServiceRevision?.arn ?? "";
    const { serviceRevisions } = await world.ecs.describeServiceRevisions({
      serviceRevisionArns: [revision],
    });
    expect(serviceRevisions?.[0]?.resolvedConfiguration).toEqual({
      loadBalancers: [{ targetGroupArn: world.groups.green, productionListenerRule: world.rules.production }],
    });
  });
});

describe("BLUE_GREEN", () => {
  it("shows the new revision to tests before production gets it, without a failed request", async () => {
    const load = await serve({ ...blueGreen, ...pauseAt("POST_TEST_TRAFFIC_SHIFT") });
    await world.deploy("2");
    await pauses();
    expect(await answer(world.testUrl)).toBe("2");
    expect(new Set(await answers(world.productionUrl, 10))).toEqual(new Set(["1"]));
    expect(await world.newest()).toMatchObject({
      status: "IN_PROGRESS",
      lifecycleStage: "POST_TEST_TRAFFIC_SHIFT",
      sourceServiceRevisions: [
        { requestedProductionTrafficWeight: 100, requestedTestTrafficWeight: 0, runningTaskCount: 1 },
      ],
      targetServiceRevision: {
        requestedProductionTrafficWeight: 0,
        requestedTestTrafficWeight: 100,
        runningTaskCount: 1,
      },
    });
    expect((await world.service()).deployments).toMatchObject([
      { status: "PRIMARY", rolloutState: "IN_PROGRESS" },
      { status: "ACTIVE", rolloutState: "COMPLETED" },
    ]);
    await world.answerPause();
    await ends("SUCCESSFUL");
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.answers.at(-1)).toBe("2");
    expect(await world.weights("production")).toEqual({ blue: 100, green: 0 });
    expect(await world.service()).toMatchObject({ runningCount: 1, deployments: [{ runningCount: 1 }] });
  });

  it("goes through its stages in order, and keeps blue until the bake is over", async () => {
    await serve(blueGreen);
    await world.deploy("2");
    const seen: string[] = [];
    await expect
      .poll(
        async () => {
          const { lifecycleStage = "", status, sourceServiceRevisions } = await world.newest();
          if (lifecycleStage === "BAKE_TIME" && seen.at(-1) !== lifecycleStage)
            expect(sourceServiceRevisions).toMatchObject([{ requestedTaskCount: 1, runningTaskCount: 1 }]);
          if (lifecycleStage && seen.at(-1) !== lifecycleStage) seen.push(lifecycleStage);
          return status;
        },
        { timeout: 20_000, interval: 1 },
      )
      .toBe("SUCCESSFUL");
    const order = [
      "PRE_SCALE_UP",
      "SCALE_UP",
      "POST_SCALE_UP",
      "TEST_TRAFFIC_SHIFT",
      "POST_TEST_TRAFFIC_SHIFT",
      "PRODUCTION_TRAFFIC_SHIFT",
      "POST_PRODUCTION_TRAFFIC_SHIFT",
      "BAKE_TIME",
      "CLEAN_UP",
    ];
    // A stage without work can pass between two looks.
    expect(order.filter((stage) => seen.includes(stage))).toEqual(seen);
    expect(seen).toEqual(expect.arrayContaining(["SCALE_UP", "BAKE_TIME", "CLEAN_UP"]));
  });

  it("scales both revisions while it bakes", async () => {
    await serve({ ...blueGreen, bakeTimeInMinutes: 60 });
    await world.deploy("2");
    await expect
      .poll(async () => (await world.newest()).lifecycleStage, { timeout: 20_000 })
      .toBe("BAKE_TIME");
    await world.ecs.updateService({ ...where, desiredCount: 2 });
    await expect
      .poll(async () => (await world.service()).deployments?.map(({ runningCount }) => runningCount))
      .toEqual([2, 2]);
  });

  it("needs no load balancer", async () => {
    await world.create(blueGreen, { loadBalancers: [] });
    await ends("SUCCESSFUL");
    await world.deploy("2");
    await ends("SUCCESSFUL");
    expect(await world.service()).toMatchObject({ runningCount: 1, deployments: [{ status: "PRIMARY" }] });
  });
});

describe("CANARY", () => {
  it("gives the new revision its share, then everything, without a failed request", async () => {
    const load = await serve({ ...canary, ...pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT") }, 2);
    await world.deploy("2");
    await pauses();
    expect(await world.weights("production")).toEqual({ blue: 0, green: 100 });
    await world.answerPause();
    await expect.poll(() => world.weights("production")).toEqual({ blue: 20, green: 80 });
    await pauses();
    const shown = await answers(world.productionUrl, 100);
    const share = shown.filter((version) => version === "2").length;
    expect(share).toBeGreaterThanOrEqual(10);
    expect(share).toBeLessThanOrEqual(30);
    expect(await world.newest()).toMatchObject({
      lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT",
      targetServiceRevision: { requestedProductionTrafficWeight: 20 },
      sourceServiceRevisions: [{ requestedProductionTrafficWeight: 80 }],
    });
    await world.answerPause();
    await ends("SUCCESSFUL");
    expect(new Set(await answers(world.productionUrl, 20))).toEqual(new Set(["2"]));
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it("that is superseded gives production back to the last good revision first", async () => {
    const load = await serve({ ...canary, ...pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT") });
    await world.deploy("2");
    await pauses();
    await world.answerPause();
    await expect.poll(() => world.weights("production")).toEqual({ blue: 20, green: 80 });
    await pauses();
    await world.deploy("3", { deploymentConfiguration: pauseAt("RECONCILE_SERVICE") });
    await expect.poll(async () => (await world.newest()).lifecycleStage).toBe("RECONCILE_SERVICE");
    await pauses();
    expect(await world.weights("production")).toEqual({ blue: 0, green: 100 });
    await world.answerPause();
    await ends("SUCCESSFUL");
    expect((await world.deployments()).map(({ status }) => status)).toEqual([
      "SUCCESSFUL",
      "STOPPED",
      "SUCCESSFUL",
    ]);
    expect(new Set(await answers(world.productionUrl, 10))).toEqual(new Set(["3"]));
    await load.stop();
    expect(load.failures).toEqual([]);
    expect((await world.service()).runningCount).toBe(1);
  });

  it("that is aborted leaves the traffic as it is divided", async () => {
    await serve({ ...canary, ...pauseAt("PRE_PRODUCTION_TRAFFIC_SHIFT") });
    await world.deploy("2");
    await pauses();
    await world.answerPause();
    await expect.poll(() => world.weights("production")).toEqual({ blue: 20, green: 80 });
    const { serviceDeploymentArn } = await world.newest();
    await world.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ABORT" });
    await ends("STOPPED");
    expect(await world.weights("production")).toEqual({ blue: 20, green: 80 });
    expect(new Set(await answers(world.productionUrl, 50))).toEqual(new Set(["1", "2"]));
  });
});

describe("LINEAR", () => {
  it("shifts production in equal steps", async () => {
    const load = await serve({
      strategy: "LINEAR",
      linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 1 },
    });
    await world.deploy("2");
    const seen: number[] = [];
    await expect
      .poll(
        async () => {
          const { status } = await world.newest();
          const { blue } = await world.weights("production");
          if (seen.at(-1) !== blue) seen.push(blue);
          return status;
        },
        { timeout: 20_000, interval: 1 },
      )
      .toBe("SUCCESSFUL");
    expect(seen).toEqual([0, 25, 50, 75, 100]);
    await load.stop();
    expect(load.failures).toEqual([]);
  });
});

describe("a deployment is rolled back, and no request fails,", () => {
  it.each<[string, () => Promise<void>]>([
    [
      "when it is stopped",
      async () => {
        const { serviceDeploymentArn } = await world.newest();
        await world.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ROLLBACK" });
      },
    ],
    ["when its hook is answered so", () => world.answerPause("ROLLBACK")],
  ])("%s after production has been shifted", async (_, act) => {
    const load = await serve({
      ...blueGreen,
      bakeTimeInMinutes: 60,
      ...pauseAt("POST_PRODUCTION_TRAFFIC_SHIFT"),
    });
    await world.deploy("2");
    await pauses();
    await expect.poll(() => load.answers.at(-1)).toBe("2");
    await act();
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await world.weights("production")).toEqual({ blue: 0, green: 100 });
    expect(new Set(await answers(world.productionUrl, 10))).toEqual(new Set(["1"]));
    const [newest, first] = await world.deployments();
    expect(newest).toMatchObject({
      rollback: { serviceRevisionArn: first?.targetServiceRevision?.arn, startedAt: expect.any(Date) },
      statusReason: expect.stringMatching(/^Service deployment rolled back because/),
    });
    expect(await world.service()).toMatchObject({
      runningCount: 1,
      taskDefinition: expect.stringMatching(/web:1$/),
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }],
    });
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it("when its hook is not answered in time", async () => {
    const hook = {
      targetType: "PAUSE" as const,
      lifecycleStages: ["POST_SCALE_UP" as const],
      timeoutConfiguration: { timeoutInMinutes: 1 },
    };
    const load = await serve({ ...blueGreen, lifecycleHooks: [hook] });
    await world.deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await world.newest()).toMatchObject({
      lifecycleHookDetails: [{ status: "TIMED_OUT", timeoutAction: "ROLLBACK" }],
      statusReason: expect.stringContaining("because POST_SCALE_UP lifecycle hook(s) failed."),
    });
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1"]));
  });

  it("when its tasks never become healthy", async () => {
    const load = await serve({
      ...blueGreen,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    });
    await world.deploy("crash");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await world.newest()).toMatchObject({ deploymentCircuitBreaker: { status: "TRIGGERED" } });
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1"]));
  });

  it.each<[string, DeploymentConfiguration, string]>([
    ["before production is shifted", pauseAt("POST_SCALE_UP"), "1"],
    ["while it bakes", { bakeTimeInMinutes: 60 }, "2"],
  ])("when an alarm goes off %s", async (_, configuration, serving) => {
    await putAlarm("errors");
    const load = await serve({
      ...blueGreen,
      alarms: { alarmNames: ["errors", "made-later"], enable: true, rollback: true },
      ...configuration,
    });
    await world.deploy("2");
    await (configuration.lifecycleHooks ? pauses() : bakes());
    await expect.poll(() => load.answers.at(-1)).toBe(serving);
    await setAlarm("errors", "ALARM");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await world.newest()).toMatchObject({
      alarms: { status: "TRIGGERED", triggeredAlarmNames: ["errors"] },
      statusReason: expect.stringContaining("errors"),
    });
    expect(new Set(await answers(world.productionUrl, 10))).toEqual(new Set(["1"]));
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "two target groups get production traffic",
      () => forwardProduction({ [world.groups.blue]: 50, [world.groups.green]: 50 }),
      /should have exactly one target group serving traffic but found 2/,
    ],
    [
      "the test rule leaves the other target group out",
      async () => {
        await forwardProduction({ [world.groups.green]: 1 });
        const Actions = [{ Type: "forward" as const, TargetGroupArn: world.groups.green }];
        await world.simulator.aws.elbv2.modifyRule({ RuleArn: world.rules.test, Actions });
      },
      /configuration: Target group \S+blue\S+ is not associated with either/,
    ],
    [
      "a rule is gone",
      () => world.simulator.aws.elbv2.deleteRule({ RuleArn: world.rules.test }),
      /invalid networking configuration\. /,
    ],
  ])("when %s", async (_, change, reason) => {
    await serve(blueGreen);
    await change();
    await world.deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    expect((await world.newest()).statusReason).toMatch(reason);
  });
});

describe("an alarm", () => {
  it("that is off from the start is not watched", async () => {
    await putAlarm("errors");
    await serve({
      ...blueGreen,
      bakeTimeInMinutes: 5,
      alarms: { alarmNames: ["errors"], enable: true, rollback: true },
    });
    await setAlarm("errors", "ALARM");
    await world.deploy("2");
    await ends("SUCCESSFUL");
    expect((await world.newest()).alarms).toMatchObject({ status: "DISABLED", triggeredAlarmNames: [] });
  });

  it("stops a rolling update that is not to be rolled back, for as long as it needs to judge", async () => {
    await putAlarm("errors");
    await world.create({ alarms: { alarmNames: ["errors"], enable: true, rollback: false } });
    await expect.poll(async () => (await world.service()).runningCount).toBe(1);
    await setAlarm("errors", "ALARM");
    await ends("STOPPED");
    const [rollout] = (await world.service()).deployments ?? [];
    expect(rollout).toMatchObject({
      rolloutState: "FAILED",
      rolloutStateReason: "ECS deployment failed: alarm detected.",
    });
  });
});

const bakes = () =>
  expect.poll(async () => (await world.newest()).lifecycleStage, { timeout: 20_000 }).toBe("BAKE_TIME");

/** An alarm of a metric that nobody publishes: only `setAlarm` changes it. */
const putAlarm = (AlarmName: string) =>
  world.simulator.aws.cloudwatch.putMetricAlarm({
    AlarmName,
    Namespace: "Test",
    MetricName: "Errors",
    Statistic: "Sum",
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: 0,
    Period: 60,
    EvaluationPeriods: 60,
    TreatMissingData: "ignore",
  });
const setAlarm = (AlarmName: string, StateValue: "ALARM" | "OK") =>
  world.simulator.aws.cloudwatch.setAlarmState({ AlarmName, StateValue, StateReason: "a drill" });

function forwardProduction(weights: Record<string, number>) {
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
    TargetGroupArn,
    Weight,
  }));
  const [ListenerArn] =
    world.rules.production.replace(":listener-rule/", ":listener/").match(/.*(?=\/)/) ?? [];
  return world.simulator.aws.elbv2.modifyListener({
    ListenerArn,
    DefaultActions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
  });
}

it("deletes a service in the middle of a deployment", async () => {
  await serve({ ...blueGreen, ...pauseAt("POST_TEST_TRAFFIC_SHIFT") });
  await world.deploy("2");
  await pauses();
  await world.ecs.deleteService({ ...where, force: true });
  await expect.poll(async () => (await world.service()).status, { timeout: 20_000 }).toBe("INACTIVE");
  expect(await world.deployments().catch((error) => error.message)).toMatch(/cannot be empty/);
});
