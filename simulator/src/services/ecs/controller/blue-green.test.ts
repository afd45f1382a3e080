import { describe, expect, it } from "vitest";
import { where } from "./fixture.support.ts";
import { blueGreen, pauseAt, useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { answerPause, answers, bakes, create, deploy, deployments, ends, eventually, newest } = rehearsal;
const { noneFailed, pauses, serve, served, service, weights } = rehearsal;

describe("a first deployment", () => {
  it("uses the target group that production does not use, and gets all traffic", async () => {
    await create({ ...blueGreen, ...pauseAt("POST_SCALE_UP") });
    await pauses();
    expect(await weights()).toEqual({ blue: 1, green: 0 });
    expect((await fetch(rehearsal.fixture.productionUrl)).status).toBe(503);
    await answerPause();
    await ends("SUCCESSFUL");
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect((await answers(1))[0]).toBe("1");
    expect(await service()).toMatchObject({
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 1 }],
      loadBalancers: [{ targetGroupArn: rehearsal.fixture.groups.blue, advancedConfiguration: {} }],
      currentServiceDeployment: undefined,
    });
    const revision = (await newest()).targetServiceRevision?.arn ?? "";
    const { serviceRevisions } = await rehearsal.aws.ecs.describeServiceRevisions({
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
    await deploy("2");
    await pauses();
    expect((await answers(1, "test"))[0]).toBe("2");
    expect(await served()).toEqual(["1"]);
    expect(await newest()).toMatchObject({
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
    expect((await service()).deployments).toMatchObject([
      { status: "PRIMARY", rolloutState: "IN_PROGRESS" },
      { status: "ACTIVE", rolloutState: "COMPLETED" },
    ]);
    await answerPause();
    await ends("SUCCESSFUL");
    await noneFailed();
    expect(load.answers.at(-1)).toBe("2");
    expect(await weights()).toEqual({ blue: 100, green: 0 });
    expect(await service()).toMatchObject({
      runningCount: 1,
      deployments: [{ runningCount: 1 }],
    });
  });

  it("passes through its stages in order, and keeps blue until the bake is over", async () => {
    await serve(blueGreen);
    await deploy("2");
    const seen: string[] = [];
    await eventually(async () => {
      const { lifecycleStage = "", status, sourceServiceRevisions } = await newest();
      if (lifecycleStage === "BAKE_TIME" && seen.at(-1) !== lifecycleStage)
        expect(sourceServiceRevisions).toMatchObject([{ requestedTaskCount: 1, runningTaskCount: 1 }]);
      if (lifecycleStage && seen.at(-1) !== lifecycleStage) seen.push(lifecycleStage);
      expect(status).toBe("SUCCESSFUL");
    });
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
    await deploy("2");
    await bakes();
    await rehearsal.aws.ecs.updateService({ ...where, desiredCount: 2 });
    await eventually(async () =>
      expect((await service()).deployments?.map(({ runningCount }) => runningCount)).toEqual([2, 2]),
    );
  });

  it("needs no load balancer", async () => {
    await create(blueGreen, { loadBalancers: [] });
    await ends("SUCCESSFUL");
    await deploy("2");
    await ends("SUCCESSFUL");
    expect(await service()).toMatchObject({
      runningCount: 1,
      deployments: [{ status: "PRIMARY" }],
    });
  });
});

it("deletes a service during a deployment", async () => {
  await serve({ ...blueGreen, ...pauseAt("POST_TEST_TRAFFIC_SHIFT") });
  await deploy("2");
  await pauses();
  await rehearsal.aws.ecs.deleteService({ ...where, force: true });
  await eventually(async () => expect((await service()).status).toBe("INACTIVE"));
  expect(await deployments().catch((error) => error.message)).toMatch(/cannot be empty/);
});
