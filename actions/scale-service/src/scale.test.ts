import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createStage, type Deployer, type Stage } from "./stage.support.ts";

describe.each<Deployer>(["CodeDeploy", "ECS rolling", "ECS blue/green"])(
  "a service that %s deploys",
  (deployer) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await createStage(deployer);
    });
    afterAll(() => stage?.close());

    test("scales out to three and in to one, which serve", async () => {
      const out = await stage.try({ "desired-count": "3" });
      expect(out.error).toBeUndefined();
      expect(out.record).toMatchObject({
        status: "succeeded",
        before: { desired: 1, running: 1 },
        now: { desired: 3, running: 3 },
        changed: true,
      });
      const { requested, running = 0, healthy = 0, serving = 0 } = out.record.durations;
      expect(requested).toBe(0);
      expect([running, healthy, serving]).toEqual([running, healthy, serving].toSorted((a, b) => a - b));
      const back = await stage.try({ "desired-count": "1" });
      expect(back.error).toBeUndefined();
      expect(back.record.now).toEqual({ desired: 1, running: 1 });
      await stage.healthy(1);
    });

    test("is verified without a change when it has the count already", async () => {
      const { error, record, lines, kept } = await stage.try({ "desired-count": "1" });
      expect(error).toBeUndefined();
      expect(record).toMatchObject({ status: "succeeded", changed: false, changes: [] });
      expect(lines).toContain("is already as requested");
      expect(kept.at(-1)).toBeUndefined();
    });

    test("is only planned with mode: plan", async () => {
      const { error, record } = await stage.try({ "desired-count": "2", mode: "plan" });
      expect(error).toBeUndefined();
      expect(record).toMatchObject({ status: "planned", changes: ["desired count: 1 → 2"], changed: false });
      expect(await stage.service()).toEqual({ desired: 1, running: 1 });
    });

    test("runs no task with a count of zero, and then one again", async () => {
      const none = await stage.try({ "desired-count": "0", "allow-zero": "true" });
      expect(none.error).toBeUndefined();
      expect(none.record).toMatchObject({ status: "succeeded", now: { desired: 0, running: 0 } });
      expect((await stage.try({ "desired-count": "1" })).error).toBeUndefined();
    });
  },
);

test("is healthy before serving when containers have health checks", async () => {
  const stage = await createStage(
    "ECS rolling",
    { loadBalancers: [] },
    { command: ["CMD", "check"], interval: 5, retries: 2, startPeriod: 300 },
  );
  onTestFinished(() => stage.close());
  const good = await stage.try({ "desired-count": "2" });
  expect(good.error).toBeUndefined();
  expect(good.record.durations.healthy).toBeGreaterThanOrEqual(good.record.durations.running ?? 0);
  await stage.push("unhealthy");
  const failing = await stage.try({ "desired-count": "3", "max-failed-tasks": "1" });
  expect(failing.error?.message).toMatch(
    /^Container web failed its own health check \(2 of 3 tasks (run|pass their containers' health checks)/,
  );
});

test.each([
  ["1", "failed", /^Container web exited with code 3/],
  ["2", "succeeded", undefined],
])("with max-failed-tasks: %s, one task that crashes after all served: %s", async (max, status, message) => {
  const stage = await createStage("ECS rolling");
  onTestFinished(() => stage.close());
  let isCrashed = false;
  const onLine = (line: string) => {
    if (isCrashed || !/ serving$/.test(line)) return;
    isCrashed = true;
    fetch(new URL("/fail", stage.productionUrl)).catch(() => {});
  };
  const { record, error } = await stage.try({ "desired-count": "2", "max-failed-tasks": max }, { onLine });
  expect(record.status).toBe(status);
  if (message) expect(error?.message).toMatch(message);
  else expect(record.settled).toBe("stayed up for 1 min, 2 tasks, 1 failed");
});
