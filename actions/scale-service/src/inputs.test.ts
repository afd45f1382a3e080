import { expect, test } from "vitest";
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
    onFailure: "leave",
    onCancel: "leave",
    deadlineMs: undefined,
    settleMs: 60_000,
    autoscaling: undefined,
    autoscalingBefore: undefined,
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
};

test.each<[string, unknown]>([
  [JSON.stringify(state), state],
  ["null", null],
  ["", undefined],
])("reads for autoscaling: resume the previous step's output: %s", (text, before) => {
  expect(read({ autoscaling: "resume", "autoscaling-before": text }).autoscalingBefore).toEqual(before);
});

test.each<[Record<string, string>, RegExp]>([
  [{}, /No change is requested/],
  [{ "desired-count": "0" }, /desired-count is 0.*allow-zero: true/],
  [{ "desired-count": "-1" }, /whole number from 0 to 5000/],
  [{ "desired-count": "1.5" }, /whole number from 0 to 5000/],
  [{ "desired-count": "5001" }, /whole number from 0 to 5000/],
  [{ autoscaling: "pause" }, /autoscaling is "pause"/],
  [{ autoscaling: "suspend", "autoscaling-before": "null" }, /works with autoscaling: resume only/],
  [{ autoscaling: "resume", "autoscaling-before": "{}" }, /not the output autoscaling of an earlier step/],
  [{ "desired-count": "1", "settle-for": "-1" }, /, or 0 for none/],
  [{ "desired-count": "1", "settle-for": "2m", deadline: "1m" }, /settle-for \(2m\) is longer/],
  [{ "desired-count": "1", "wait-until": "done" }, /allowed: requested, running, healthy, serving/],
])("refuses %j before anything is changed", (given, message) => {
  expect(() => read(given)).toThrow(message);
});
