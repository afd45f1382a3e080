import { describe, expect, it } from "vitest";
import { blueGreen, pauseAt, useRehearsal, where } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { answers, ends, eventually, pauses, serve } = rehearsal;

describe("a first deployment", () => {
  it("uses the target group that production does not use, and gets all traffic", async () => {
    await rehearsal.fixture.create({ ...blueGreen, ...pauseAt("POST_SCALE_UP") });
    await pauses();
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 1, green: 0 });
    expect((await fetch(rehearsal.fixture.productionUrl)).status).toBe(503);
    await rehearsal.fixture.answerPause();
    await ends("SUCCESSFUL");
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 0, green: 100 });
    expect((await answers(rehearsal.fixture.productionUrl, 1))[0]).toBe("1");
    expect(await rehearsal.fixture.service()).toMatchObject({
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 1 }],
      loadBalancers: [{ targetGroupArn: rehearsal.fixture.groups.blue, advancedConfiguration: {} }],
      currentServiceDeployment: undefined,
    });
    const revision = (await rehearsal.fixture.newest()).targetServiceRevision?.arn ?? "";
    const { serviceRevisions } = await rehearsal.fixture.ecs.describeServiceRevisions({
      serviceRevisionArns: [revision],
    });
    expect(serviceRevisions?.[0]?.resolvedConfiguration).toEqual({
      loadBalancers: [
        {
          targetGroupArn: rehearsal.fixture.groups.green,
          productionListenerRule: rehearsal.fixture.rules.production,
        },
      ],
    });
  });
});

describe("BLUE_GREEN", () => {
  it("shows the new revision to tests before production gets it, without a failed request", async () => {
    const load = await serve({ ...blueGreen, ...pauseAt("POST_TEST_TRAFFIC_SHIFT") });
    await rehearsal.fixture.deploy("2");
    await pauses();
    expect((await answers(rehearsal.fixture.testUrl, 1))[0]).toBe("2");
    expect(new Set(await answers(rehearsal.fixture.productionUrl, 10))).toEqual(new Set(["1"]));
    expect(await rehearsal.fixture.newest()).toMatchObject({
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
    expect((await rehearsal.fixture.service()).deployments).toMatchObject([
      { status: "PRIMARY", rolloutState: "IN_PROGRESS" },
      { status: "ACTIVE", rolloutState: "COMPLETED" },
    ]);
    await rehearsal.fixture.answerPause();
    await ends("SUCCESSFUL");
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.answers.at(-1)).toBe("2");
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 100, green: 0 });
    expect(await rehearsal.fixture.service()).toMatchObject({
      runningCount: 1,
      deployments: [{ runningCount: 1 }],
    });
  });

  it("passes through its stages in order, and keeps blue until the bake is over", async () => {
    await serve(blueGreen);
    await rehearsal.fixture.deploy("2");
    const seen: string[] = [];
    await eventually(async () =>
      expect(
        await (async () => {
          const { lifecycleStage = "", status, sourceServiceRevisions } = await rehearsal.fixture.newest();
          if (lifecycleStage === "BAKE_TIME" && seen.at(-1) !== lifecycleStage)
            expect(sourceServiceRevisions).toMatchObject([{ requestedTaskCount: 1, runningTaskCount: 1 }]);
          if (lifecycleStage && seen.at(-1) !== lifecycleStage) seen.push(lifecycleStage);
          return status;
        })(),
      ).toBe("SUCCESSFUL"),
    );
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
    // A stage without work can pass between two checks.
    expect(order.filter((stage) => seen.includes(stage))).toEqual(seen);
    expect(seen).toEqual(expect.arrayContaining(["SCALE_UP", "BAKE_TIME", "CLEAN_UP"]));
  });

  it("scales both revisions while it bakes", async () => {
    await serve({ ...blueGreen, bakeTimeInMinutes: 60 });
    await rehearsal.fixture.deploy("2");
    await eventually(async () => expect((await rehearsal.fixture.newest()).lifecycleStage).toBe("BAKE_TIME"));
    await rehearsal.fixture.ecs.updateService({ ...where, desiredCount: 2 });
    await eventually(async () =>
      expect(
        (await rehearsal.fixture.service()).deployments?.map(({ runningCount }) => runningCount),
      ).toEqual([2, 2]),
    );
  });

  it("needs no load balancer", async () => {
    await rehearsal.fixture.create(blueGreen, { loadBalancers: [] });
    await ends("SUCCESSFUL");
    await rehearsal.fixture.deploy("2");
    await ends("SUCCESSFUL");
    expect(await rehearsal.fixture.service()).toMatchObject({
      runningCount: 1,
      deployments: [{ status: "PRIMARY" }],
    });
  });
});

it("deletes a service during a deployment", async () => {
  await serve({ ...blueGreen, ...pauseAt("POST_TEST_TRAFFIC_SHIFT") });
  await rehearsal.fixture.deploy("2");
  await pauses();
  await rehearsal.fixture.ecs.deleteService({ ...where, force: true });
  await eventually(async () => expect((await rehearsal.fixture.service()).status).toBe("INACTIVE"));
  expect(await rehearsal.fixture.deployments().catch((error) => error.message)).toMatch(/cannot be empty/);
});
