import { afterEach, expect, test } from "vitest";
import { createStage, type Stage } from "./stage.support.ts";

let stage: Stage;
afterEach(() => stage?.close());

test("watches a service without load balancer and health checks longer, as its tasks may stop at once", async () => {
  stage = await createStage("ECS rolling", { loadBalancers: [] });
  const good = await stage.try({ "desired-count": "2" });
  expect(good.error).toBeUndefined();
  expect(good.record).toMatchObject({ status: "succeeded", now: { desired: 2, running: 2 } });
  await stage.push("crash");
  const failing = await stage.try({ "desired-count": "3", "max-failed-tasks": "1" });
  expect(failing.error?.message).toMatch(/^Container web exited with code 1/);
});

test("is healthy before serving when containers have health checks", async () => {
  stage = await createStage(
    "ECS rolling",
    { loadBalancers: [] },
    { command: ["CMD", "check"], interval: 5, retries: 2, startPeriod: 300 },
  );
  const good = await stage.try({ "desired-count": "2" });
  expect(good.error).toBeUndefined();
  expect(good.record.durations.healthy).toBeGreaterThanOrEqual(good.record.durations.running ?? 0);
  await stage.push("unhealthy");
  const failing = await stage.try({ "desired-count": "3", "max-failed-tasks": "1" });
  expect(failing.error?.message).toMatch(
    /^Container web failed its own health check \(2 of 3 tasks (run|pass their containers' health checks)/,
  );
});
