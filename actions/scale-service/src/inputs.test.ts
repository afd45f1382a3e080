import { describe, expect, test } from "vitest";
import { readScaleInputs } from "./inputs.ts";

const read = (given: Record<string, string>) => {
  const all: Record<string, string> = { cluster: "main", service: "web", ...given };
  return readScaleInputs((name) => all[name] ?? "");
};

test("needs only a count", () => {
  expect(read({ "desired-count": "3" })).toMatchObject({
    desiredCount: 3,
    mode: "apply",
    waitUntil: "serving",
    duringDeployment: "wait",
    onFailure: "leave",
    onCancel: "leave",
    deadlineMs: undefined,
    autoscaling: { action: undefined, before: undefined, targets: [], steps: [] },
  });
});

test("reads a range, targets and cooldowns", () => {
  const { autoscaling } = read({
    "minimum-tasks": "1",
    "maximum-tasks": "4",
    "target-cpu": "60",
    "target-requests": "1000",
    "scale-in-cooldown": "2m",
  });
  expect(autoscaling).toMatchObject({
    minimum: 1,
    maximum: 4,
    targets: [
      { metric: "cpu", value: 60 },
      { metric: "requests", value: 1000 },
    ],
    scaleInCooldown: 120,
    scaleOutCooldown: undefined,
  });
});

const state = {
  MinCapacity: 1,
  MaxCapacity: 4,
  SuspendedState: {
    DynamicScalingInSuspended: true,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
  },
  Policies: [],
};

test.each<[string, unknown]>([
  [JSON.stringify(state), state],
  ["null", null],
  ["", undefined],
])("reads for autoscaling: resume the previous step's output: %s", (text, before) => {
  expect(read({ autoscaling: "resume", "autoscaling-before": text }).autoscaling.before).toEqual(before);
});

describe("step-policy", () => {
  const steps = (...lines: string[]) =>
    read({ "minimum-tasks": "1", "maximum-tasks": "9", "step-policy": lines.join("\n") }).autoscaling.steps;

  test("makes a policy each for out and in, whose steps reach to the next one", () => {
    expect(steps("cpu >= 85: +3", "cpu >= 70: +1", "cpu <= 30: -1", "cpu <= 10: -2")).toEqual([
      {
        metric: "cpu",
        direction: "out",
        threshold: 70,
        adjustmentType: "ChangeInCapacity",
        adjustments: [
          { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 15, ScalingAdjustment: 1 },
          { MetricIntervalLowerBound: 15, ScalingAdjustment: 3 },
        ],
      },
      {
        metric: "cpu",
        direction: "in",
        threshold: 30,
        adjustmentType: "ChangeInCapacity",
        adjustments: [
          { MetricIntervalUpperBound: 0, MetricIntervalLowerBound: -20, ScalingAdjustment: -1 },
          { MetricIntervalUpperBound: -20, ScalingAdjustment: -2 },
        ],
      },
    ]);
  });

  test("accepts steps in percent", () => {
    expect(steps("requests >= 900: +50%")).toMatchObject([
      { metric: "requests", adjustmentType: "PercentChangeInCapacity" },
    ]);
  });

  test.each<[string[], RegExp]>([
    [["cpu > 70: +1"], /line 1: "cpu > 70: \+1" is not a step/],
    [["cpu >= 70: -1"], /would scale in the wrong direction/],
    [["cpu >= 70: +1", "cpu >= 70: +2"], /two steps begin at the same value/],
    [["cpu >= 70: +1", "cpu >= 80: +10%"], /cannot mix steps/],
  ])("refuses %j", (lines, message) => {
    expect(() => steps(...lines)).toThrow(message);
  });
});

test.each<[Record<string, string>, RegExp]>([
  [{}, /No change is requested/],
  [{ "desired-count": "0" }, /desired-count is 0.*allow-zero: true/],
  [{ "minimum-tasks": "0", "maximum-tasks": "2" }, /minimum-tasks is 0.*allow-zero: true/],
  [{ "desired-count": "-1" }, /whole number from 0 to 5000/],
  [{ "desired-count": "1.5" }, /whole number from 0 to 5000/],
  [{ "desired-count": "5001" }, /whole number from 0 to 5000/],
  [{ "minimum-tasks": "4", "maximum-tasks": "2" }, /minimum-tasks is 4, more than the 2 of maximum-tasks/],
  [{ autoscaling: "pause" }, /autoscaling is "pause"/],
  [{ autoscaling: "remove", "target-cpu": "50" }, /remove cannot be used with a range or a policy/],
  [{ autoscaling: "suspend", "autoscaling-before": "null" }, /works with autoscaling: resume only/],
  [{ autoscaling: "resume", "autoscaling-before": "{}" }, /not the output autoscaling of an earlier step/],
  [{ "desired-count": "1", "scale-in-cooldown": "1m" }, /need a policy/],
  [{ "target-cpu": "101", "maximum-tasks": "2" }, /target-cpu is "101"/],
  [{ "desired-count": "1", "wait-until": "done" }, /allowed: requested, running, healthy, serving/],
])("refuses %j before anything is changed", (given, message) => {
  expect(() => read(given)).toThrow(message);
});
