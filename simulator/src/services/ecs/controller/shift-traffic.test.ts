import type { DeploymentConfiguration, ThresholdConfiguration } from "@aws-sdk/client-ecs";
import { expect, it } from "vitest";
import { circuitBreakerThreshold, resolveConfiguration } from "../deployment-configuration.ts";
import { planRolling } from "./service-scheduler.ts";
import { trafficSteps, weightsOf } from "./shift-traffic.ts";

it.each<[string, DeploymentConfiguration, number[][]]>([
  ["BLUE_GREEN at once", { strategy: "BLUE_GREEN" }, [[100, 0]]],
  [
    "CANARY by default",
    { strategy: "CANARY" },
    [
      [5, 10],
      [100, 0],
    ],
  ],
  [
    "CANARY as configured",
    { strategy: "CANARY", canaryConfiguration: { canaryPercent: 0.5, canaryBakeTimeInMinutes: 1 } },
    [
      [0.5, 1],
      [100, 0],
    ],
  ],
  ["CANARY of everything", { strategy: "CANARY", canaryConfiguration: { canaryPercent: 100 } }, [[100, 0]]],
  [
    "LINEAR in steps that end beyond 100",
    { strategy: "LINEAR", linearConfiguration: { stepPercent: 33.3, stepBakeTimeInMinutes: 2 } },
    [
      [33.3, 2],
      [66.6, 2],
      [99.9, 2],
      [100, 0],
    ],
  ],
])("shifts the traffic of %s", (_, configuration, steps) => {
  const found = trafficSteps(resolveConfiguration(configuration));
  expect(found.map(({ percent, bakeMinutes }) => [percent, bakeMinutes])).toEqual(steps);
});

it("shifts by ten steps of six minutes when LINEAR is not configured", () => {
  const steps = trafficSteps(resolveConfiguration({ strategy: "LINEAR" }));
  expect(steps.map(({ percent }) => percent)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(new Set(steps.slice(0, -1).map(({ bakeMinutes }) => bakeMinutes))).toEqual(new Set([6]));
});

it.each([
  [0, 0, 100],
  [5, 5, 95],
  [0.1, 1, 999],
  [99.9, 999, 1],
  [100, 100, 0],
])("divides the traffic at %f %% by whole weights", (percent, mine, others) => {
  expect(weightsOf(percent)).toEqual({ mine, others });
});

const tasks = (healthy: number, active = healthy) => ({ active, healthy });

it.each([
  ["starts all new tasks next to the old ones", [2, 100, 200], tasks(0), [tasks(2)], 2, [2]],
  ["stops an old task for each new one that is healthy", [2, 100, 200], tasks(1, 2), [tasks(2)], 2, [1]],
  ["stops the last old task when all new ones are healthy", [2, 100, 200], tasks(2), [tasks(1)], 2, [0]],
  ["starts only as many as the maximum allows", [2, 100, 150], tasks(0), [tasks(2)], 1, [2]],
  ["continues where an old task made room", [2, 100, 150], tasks(1), [tasks(2)], 2, [1]],
  ["stops old tasks first when the maximum leaves no room", [2, 50, 100], tasks(0), [tasks(2)], 1, [1]],
  ["stops everything first when nothing must stay healthy", [1, 0, 100], tasks(0), [tasks(1)], 1, [0]],
  ["rounds the maximum down and the minimum up", [3, 50, 150], tasks(0), [tasks(3)], 2, [2]],
  ["does not wait for old tasks that are not healthy", [2, 100, 100], tasks(0), [tasks(0, 2)], 2, [0]],
  [
    "stops incomplete revisions before complete ones",
    [2, 100, 200],
    tasks(1),
    [tasks(2), tasks(2)],
    2,
    [1, 0],
  ],
  ["follows the desired count down", [1, 100, 200], tasks(0, 3), [tasks(3)], 1, [1]],
  ["stops all tasks of a service without desired tasks", [0, 100, 200], tasks(0), [tasks(2)], 0, [0]],
] as const)("%s", (_, [desired, minimumHealthyPercent, maximumPercent], primary, others, expected, kept) => {
  expect(planRolling({ desired, minimumHealthyPercent, maximumPercent, primary, others })).toEqual({
    primary: expected,
    others: kept,
  });
});

it.each<[number, ThresholdConfiguration | undefined, number]>([
  [1, undefined, 3],
  [25, undefined, 13],
  [400, undefined, 200],
  [800, undefined, 200],
  [10, { type: "COUNT", value: 1 }, 1],
  [10, { type: "UNBOUNDED_PERCENT", value: 10 }, 1],
  [800, { type: "UNBOUNDED_PERCENT", value: 50 }, 400],
  [20, { type: "BOUNDED_PERCENT", value: 100 }, 20],
])(
  "a service of %i with the threshold %o fails at %i failed tasks",
  (desired, thresholdConfiguration, threshold) => {
    const deploymentCircuitBreaker = { enable: true, rollback: true, thresholdConfiguration };
    expect(circuitBreakerThreshold(resolveConfiguration({ deploymentCircuitBreaker }), desired)).toBe(
      threshold,
    );
  },
);
