import type { StepScalingPolicyConfiguration } from "@aws-sdk/client-application-auto-scaling";
import { expect, it } from "vitest";
import { stepCapacity } from "./propose.ts";

const steps = (...all: [number | undefined, number | undefined, number][]) =>
  all.map(([MetricIntervalLowerBound, MetricIntervalUpperBound, ScalingAdjustment]) => ({
    MetricIntervalLowerBound,
    MetricIntervalUpperBound,
    ScalingAdjustment,
  }));

/** The user guide's own example, of an alarm at 50 per cent. */
const out: StepScalingPolicyConfiguration = {
  AdjustmentType: "PercentChangeInCapacity",
  StepAdjustments: steps([0, 10, 0], [10, 20, 10], [20, undefined, 30]),
};
const inwards: StepScalingPolicyConfiguration = {
  AdjustmentType: "PercentChangeInCapacity",
  StepAdjustments: steps([-10, 0, 0], [-20, -10, -10], [undefined, -20, -30]),
};

it.each([
  [out, 10, 59, 10],
  [out, 10, 60, 11],
  [out, 11, 70, 14],
  [inwards, 14, 41, 14],
  [inwards, 14, 40, 13],
  [inwards, 13, 30, 10],
])("as in the user guide: %j changes %i tasks at %i per cent to %i", (policy, capacity, metric, next) => {
  expect(stepCapacity(policy, capacity, metric - 50)).toBe(next);
});

it.each<[StepScalingPolicyConfiguration, number, number, number | undefined]>([
  [{ AdjustmentType: "ChangeInCapacity", StepAdjustments: steps([0, undefined, 5]) }, 3, 1, 8],
  [{ AdjustmentType: "ChangeInCapacity", StepAdjustments: steps([undefined, 0, -5]) }, 3, -1, 0],
  [{ AdjustmentType: "ExactCapacity", StepAdjustments: steps([0, undefined, 5]) }, 3, 0, 5],
  [{ AdjustmentType: "ExactCapacity", StepAdjustments: steps([0, undefined, 5]) }, 3, -1, undefined],
  [{ AdjustmentType: "PercentChangeInCapacity", StepAdjustments: steps([0, undefined, 10]) }, 4, 1, 5],
  [{ AdjustmentType: "PercentChangeInCapacity", StepAdjustments: steps([undefined, 0, -10]) }, 4, -1, 3],
  [{ AdjustmentType: "PercentChangeInCapacity", StepAdjustments: steps([0, undefined, 127]) }, 10, 1, 22],
  [
    {
      AdjustmentType: "PercentChangeInCapacity",
      MinAdjustmentMagnitude: 2,
      StepAdjustments: steps([0, undefined, 25]),
    },
    4,
    1,
    6,
  ],
])("%j changes %i tasks, %i from the threshold, to %s", (policy, capacity, breach, next) => {
  expect(stepCapacity(policy, capacity, breach)).toBe(next);
});
