import type { DeploymentConfiguration, Service } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { budgetOf } from "./budget.ts";

const minute = 60_000;

test.each<[string, DeploymentConfiguration | undefined, Partial<Service>, boolean, number]>([
  ["nothing known", undefined, {}, true, 30 + 10],
  ["nothing known, the end not waited for", undefined, {}, false, 30],
  [
    "twenty tasks that all start next to the old ones",
    { maximumPercent: 200 },
    { desiredCount: 20 },
    false,
    30,
  ],
  ["twenty tasks, four at a time", { maximumPercent: 120 }, { desiredCount: 20 }, false, 5 * 15],
  [
    "one task at a time, where percentages leave no room",
    { maximumPercent: 100, minimumHealthyPercent: 100 },
    { desiredCount: 3 },
    false,
    3 * 15,
  ],
  ["a grace period", {}, { desiredCount: 1, healthCheckGracePeriodSeconds: 1800 }, false, 15 + 30],
  [
    "alarms that ECS watches after a rolling update",
    { alarms: { alarmNames: ["5xx"], enable: true, rollback: true } },
    {},
    true,
    30 + 10 + 15,
  ],
  ["a bake, waited for", { strategy: "BLUE_GREEN", bakeTimeInMinutes: 60 }, {}, true, 30 + 10 + 60],
  ["a bake, not waited for", { strategy: "BLUE_GREEN", bakeTimeInMinutes: 60 }, {}, false, 30],
  [
    "a canary",
    { strategy: "CANARY", canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 45 } },
    {},
    false,
    15 + 45,
  ],
  ["a canary by defaults", { strategy: "CANARY" }, {}, false, 30],
  ["a linear shift by defaults: ten steps, nine waits", { strategy: "LINEAR" }, {}, false, 15 + 54],
  [
    "a linear shift in one step",
    { strategy: "LINEAR", linearConfiguration: { stepPercent: 100, stepBakeTimeInMinutes: 90 } },
    {},
    false,
    30,
  ],
  [
    "a pause at two stages",
    {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [
        {
          targetType: "PAUSE",
          lifecycleStages: ["POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"],
          timeoutConfiguration: { timeoutInMinutes: 60 },
        },
      ],
    } as DeploymentConfiguration,
    {},
    false,
    15 + 120,
  ],
])("computes the budget with %s", (_, deploymentConfiguration, service, untilComplete, minutes) => {
  const until = untilComplete ? "complete" : "traffic-shifted";
  expect(budgetOf({ ...service, deploymentConfiguration }, until)).toBe(minutes * minute);
});
