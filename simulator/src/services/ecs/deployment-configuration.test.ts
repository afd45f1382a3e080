import type { ThresholdConfiguration } from "@aws-sdk/client-ecs";
import { expect, it } from "vitest";
import { circuitBreakerThreshold, resolveConfiguration } from "./deployment-configuration.ts";

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
