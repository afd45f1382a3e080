import { expect, test } from "vitest";
import type { LifecycleEvent } from "../record.ts";
import { quietUntil } from "./snapshot.ts";

const second = 1_000;
const minute = 60 * second;
const removal = 20 * second;
const event = (name: string, status: string, startedAt?: number, endedAt?: number): LifecycleEvent => ({
  name,
  status,
  startedAt,
  endedAt,
  diagnostics: undefined,
});
const shifting = [event("Install", "Succeeded", 0, 1), event("AllowTraffic", "InProgress", minute)];
const shifted = [
  event("AllowTraffic", "Succeeded", minute, 2 * minute),
  event("AfterAllowTraffic", "Skipped"),
];
const named = (name: string) => ({ deploymentConfigName: `CodeDeployDefault.${name}` });
const keeps = (terminationWaitTimeInMinutes?: number) => ({
  blueGreenDeploymentConfiguration: {
    terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE" as const, terminationWaitTimeInMinutes },
  },
});

test.each<[string, object, LifecycleEvent[], number, number | undefined]>([
  ["tasks start", named("ECSCanary10Percent5Minutes"), [event("Install", "InProgress", 0)], 1, undefined],
  ["a canary has just been sent", named("ECSCanary10Percent5Minutes"), shifting, minute, 6 * minute],
  ["a canary's rest is due", named("ECSCanary10Percent5Minutes"), shifting, 6 * minute + second, undefined],
  ["a linear step is near", named("ECSLinear10PercentEvery1Minutes"), shifting, 4.5 * minute, 5 * minute],
  [
    "a linear step is late",
    named("ECSLinear10PercentEvery1Minutes"),
    shifting,
    5 * minute + second,
    undefined,
  ],
  [
    "a linear step was taken",
    named("ECSLinear10PercentEvery1Minutes"),
    shifting,
    5 * minute + 11 * second,
    6 * minute,
  ],
  ["traffic shifts by a custom configuration", { deploymentConfigName: "mine" }, shifting, minute, undefined],
  ["old tasks are kept", keeps(5), shifted, 3 * minute, 7 * minute + removal],
  ["old tasks are removed, which takes a while", keeps(5), shifted, 7 * minute, 7 * minute + removal],
  ["old tasks may be gone", keeps(5), shifted, 7 * minute + removal, undefined],
  ["old tasks are removed at once", keeps(), shifted, 2 * minute, 2 * minute + removal],
  [
    "the last hook runs",
    keeps(5),
    [...shifted, event("AfterAllowTraffic", "InProgress")],
    3 * minute,
    undefined,
  ],
])("computes the end of the wait while %s", (_, info, events, now, until) => {
  expect(quietUntil({ status: "InProgress", ...info }, events, now)).toBe(until);
});
