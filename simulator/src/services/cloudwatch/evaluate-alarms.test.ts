import { describe, expect, it } from "vitest";
import { alarmVerdict } from "./evaluate-alarms.ts";

type Point = Parameters<typeof alarmVerdict>[1][number];

import type { AlarmSettings, TreatMissingData } from "./state.ts";

const settings: AlarmSettings = {
  AlarmName: "errors",
  Namespace: "Test",
  MetricName: "Errors",
  Dimensions: [],
  statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 3,
  Threshold: 1,
  actions: { OK: [], ALARM: [], INSUFFICIENT_DATA: [] },
  ComparisonOperator: "GreaterThanOrEqualToThreshold",
};

/** `0` is within the threshold, `X` breaches it, `-` is missing; the oldest comes first, as in the user guide. */
function range(text: string): (Point | undefined)[] {
  return text
    .split(" ")
    .map((mark) =>
      mark === "-" ? undefined : { timestamp: new Date(0), sampleCount: 1, value: mark === "X" ? 1 : 0 },
    );
}

const treatments: TreatMissingData[] = ["missing", "ignore", "breaching", "notBreaching"];
const kept = undefined;

describe("an alarm with missing data, as in the user guide's tables, when", () => {
  it.each([
    ["three of three", 3, "0 - X - X", ["OK", "OK", "OK", "OK"]],
    ["three of three", 3, "0 - - - -", ["OK", "OK", "OK", "OK"]],
    ["three of three", 3, "- - - - -", ["INSUFFICIENT_DATA", kept, "ALARM", "OK"]],
    ["three of three", 3, "0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["three of three", 3, "- - X - -", ["ALARM", kept, "ALARM", "OK"]],
    ["three of three", 3, "- - - - X", [kept, kept, "ALARM", "OK"]],
    ["two of three", 2, "0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["two of three", 2, "0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["two of three", 2, "0 - X - -", ["OK", "OK", "ALARM", "OK"]],
    ["two of three", 2, "- - - - 0", ["OK", "OK", "ALARM", "OK"]],
    ["two of three", 2, "- - - X -", ["ALARM", kept, "ALARM", "OK"]],
  ] as const)("%s must breach (%i): %s", (_, DatapointsToAlarm, marks, expected) => {
    const states = treatments.map(
      (TreatMissingData) =>
        alarmVerdict({ ...settings, DatapointsToAlarm, TreatMissingData }, range(marks)).state,
    );
    expect(states).toEqual(expected);
  });
});

it.each([
  ["GreaterThanOrEqualToThreshold", ["OK", "ALARM", "ALARM"]],
  ["GreaterThanThreshold", ["OK", "OK", "ALARM"]],
  ["LessThanThreshold", ["ALARM", "OK", "OK"]],
  ["LessThanOrEqualToThreshold", ["ALARM", "ALARM", "OK"]],
] as const)("%s compares the value with the threshold", (ComparisonOperator, expected) => {
  const states = [0, 1, 2].map(
    (value) =>
      alarmVerdict({ ...settings, EvaluationPeriods: 1, ComparisonOperator }, [
        { timestamp: new Date(0), sampleCount: 1, value },
      ]).state,
  );
  expect(states).toEqual(expected);
});
