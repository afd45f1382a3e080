import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Clock } from "../core/pace.ts";
import { follow } from "./deployment/follow.ts";
import { snapshot } from "./deployment/virtual-run.support.ts";
import { createEcsStage } from "./ecs/stage.support.ts";
import type { RunningDeployment } from "./engine.ts";
import { newRecord } from "./record.ts";
import { createStage, type Stage } from "./stage.support.ts";

// Defects that users reported of the official deploy action, each tested here to work. The fault matrix covers those
// that need a fault.

const minute = 60_000;

describe("sees the end of a deployment within seconds, however long it took and however near the deadline is", () => {
  /** Old tasks are drained for this long once all new ones run. */
  const drainingMs = 30_000;
  /** Returns a deployment that ends at a given moment. */
  const endingAt = (endMs: number, now: () => number): RunningDeployment => ({
    controller: "ECS",
    id: "1",
    name: "service deployment 1",
    by: "ECS",
    initialTraffic: undefined,
    settleMs: 0,
    poll: async () => pollAt(endMs - now()),
    stop: async () => false,
    targetGroups: () => [],
  });
  const pollAt = (left: number) =>
    snapshot({
      near: left <= drainingMs ? "complete" : "started",
      ...(left <= 0 && { status: "SUCCESSFUL", ended: "succeeded", stage: "complete" }),
    });

  async function followUntil(endMs: number, deadlineAt: number) {
    let now = 0;
    const clock: Clock = {
      now: () => now,
      wait: async (ms) => {
        now += ms;
      },
    };
    const log = { info: () => {}, notice: () => {}, warning: () => {}, error: () => {} };
    const context = { clock, log, signal: new AbortController().signal };
    const running = endingAt(endMs, clock.now);
    const record = newRecord("c", "web");
    const { kind } = await follow(context, { record, running, until: "complete", createdAt: 0, deadlineAt });
    return { kind, lagMs: now - endMs };
  }

  // The grid on which the official waiter is minutes late, and gives up on up to 45 of 100.
  test.each([
    [30, 2],
    [30, 8],
    [30, 25],
    [10, 6],
    [10, 8],
  ])("for a deadline of %i min, sees the end of a deployment of %i min", async (deadlineMinutes, minutes) => {
    // Ends are spread over a minute, as deployments do not end on the full minute.
    const ends = Array.from({ length: 120 }, (_, index) => minutes * minute + index * 500);
    const seen = await Promise.all(ends.map((end) => followUntil(end, deadlineMinutes * minute)));
    expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set(["ended"]));
    expect(Math.max(...seen.map(({ lagMs }) => lagMs))).toBeLessThanOrEqual(5_000);
    const mean = seen.reduce((sum, { lagMs }) => sum + lagMs, 0) / seen.length;
    expect(mean).toBeLessThanOrEqual(2_500);
  });

  test("succeeds when the deployment ends with the deadline", async () => {
    expect(await followUntil(10 * minute, 10 * minute)).toEqual({ kind: "ended", lagMs: 0 });
  });
});

describe("under CODE_DEPLOY", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterAll(() => stage?.close());

  const group = { applicationName: "outside", currentDeploymentGroupName: "web" };
  test("computes a deadline for a group without wait fields", async () => {
    await stage.simulator.aws.codedeploy.updateDeploymentGroup({
      ...group,
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE" },
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
      },
    });
    const { error, record, lines } = await stage.deploy("one");
    expect(error).toBeUndefined();
    expect(record.status).toBe("succeeded");
    expect(lines).toMatch(/^Deadline: 1 h/m);
    expect(lines).not.toContain("NaN");
  });

  test("waits for a linear shift of 27 minutes", async () => {
    await stage.simulator.aws.codedeploy.updateDeploymentGroup({
      ...group,
      deploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
    });
    const { error, record, lines } = await stage.deploy("three");
    expect(error).toBeUndefined();
    expect(lines).toMatch(/^Deadline: 1 h 3[78] min/m);
    expect(record.status).toBe("succeeded");
    expect(record.traffic.some(({ green }) => green > 0 && green < 100)).toBe(true);
    expect(record.durations["traffic-shifted"]).toBeGreaterThanOrEqual(27 * minute);
  });
});

describe("with ECS's own blue/green and a bake of an hour", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createEcsStage({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 60 });
  });
  afterAll(() => stage?.close());

  test("succeeds at traffic-shifted before the bake, and at complete after it", async () => {
    const shifted = await stage.deploy("one", { waitUntil: "traffic-shifted" });
    expect(shifted.error).toBeUndefined();
    expect(shifted.record.status).toBe("traffic-shifted");
    const complete = await stage.deploy("two");
    expect(complete.error).toBeUndefined();
    expect(complete.lines).toMatch(/^Deadline: 1 h 40 min/m);
    const { complete: done = 0, "traffic-shifted": shift = 0 } = complete.record.durations;
    expect(done - shift).toBeGreaterThanOrEqual(59 * minute);
  });
});
