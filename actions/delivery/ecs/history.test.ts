import type { ServiceDeployment } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { createQuietTimes } from "./history.ts";

const minute = 60_000;

const at = (lifecycleStage: ServiceDeployment["lifecycleStage"], weight: number): ServiceDeployment => ({
  status: "IN_PROGRESS",
  lifecycleStage,
  deploymentConfiguration: {
    strategy: "LINEAR",
    bakeTimeInMinutes: 30,
    linearConfiguration: { stepBakeTimeInMinutes: 5 },
  },
  targetServiceRevision: { requestedProductionTrafficWeight: weight },
});

test("counts the bake and the waits between steps from the poll before they were seen", () => {
  const quiet = createQuietTimes();
  const looks: [ServiceDeployment, number, number | undefined][] = [
    [at("SCALE_UP", 0), 1, undefined],
    [at("PRODUCTION_TRAFFIC_SHIFT", 0), 2, undefined],
    [at("PRODUCTION_TRAFFIC_SHIFT", 10), 3, 2 + 5],
    [at("PRODUCTION_TRAFFIC_SHIFT", 10), 6, 2 + 5],
    [at("PRODUCTION_TRAFFIC_SHIFT", 10), 7, undefined],
    [at("PRODUCTION_TRAFFIC_SHIFT", 20), 8, 7 + 5],
    [at("PRODUCTION_TRAFFIC_SHIFT", 100), 9, undefined],
    [at("BAKE_TIME", 100), 10, 9 + 30],
    [{ ...at("BAKE_TIME", 100), status: "ROLLBACK_REQUESTED" }, 11, undefined],
    [at("CLEAN_UP", 100), 40, undefined],
  ];
  for (const [deployment, now, until] of looks)
    expect(quiet(deployment, now * minute)).toBe(until && until * minute);
});

test("is quiet while a rolling update that keeps all tasks up drains its old ones", () => {
  const at = (old: number, minimumHealthyPercent = 100): ServiceDeployment => ({
    status: "IN_PROGRESS",
    deploymentConfiguration: { strategy: "ROLLING", maximumPercent: 200, minimumHealthyPercent },
    targetServiceRevision: { arn: "new", requestedTaskCount: 2, runningTaskCount: 2 },
    sourceServiceRevisions: [{ arn: "old", runningTaskCount: old }],
  });
  const quiet = createQuietTimes(5 * minute);
  const starting = { ...at(2), targetServiceRevision: { arn: "new", requestedTaskCount: 2 } };
  expect(quiet(starting, 40_000)).toBeUndefined();
  // They may have begun to drain right after the last poll.
  expect(quiet(at(2), 50_000)).toBe(40_000 + 5 * minute);
  expect(quiet(at(1), 4 * minute)).toBe(40_000 + 5 * minute);
  expect(quiet(at(0), 5 * minute)).toBeUndefined();
  // Old tasks that stop before the new ones run have drained by then.
  expect(createQuietTimes(5 * minute)(at(1, 50), 50_000)).toBeUndefined();
});
