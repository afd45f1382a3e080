import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { expect, it } from "vitest";
import { resolveConfiguration } from "../deployment-configuration.ts";
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
