import type { LifecycleEvent } from "@aws-sdk/client-codedeploy";
import { expect, test } from "vitest";
import { changes } from "../deployment/follow.ts";
import type { LifecycleEvent as RecordedEvent } from "../record.ts";
import { quietUntil, snapshotOf } from "./snapshot.ts";

const event = (lifecycleEventName: string, status: LifecycleEvent["status"]): LifecycleEvent => ({
  lifecycleEventName,
  status,
});

/** The events after a failure at the start, which skips the rest. */
const failedInstall = [
  event("Install", "Failed"),
  event("AllowTraffic", "Skipped"),
  event("AfterAllowTraffic", "Skipped"),
];
const allowed = (hook: LifecycleEvent["status"]) => [
  event("AllowTraffic", "Succeeded"),
  event("AfterAllowTraffic", hook),
];

test.each<[string, string, LifecycleEvent[], string, string]>([
  ["just created", "Created", [], "registered", "started"],
  ["installing", "InProgress", [event("Install", "InProgress")], "started", "started"],
  ["shifting", "InProgress", [event("AllowTraffic", "InProgress")], "started", "started"],
  ["shifted, without hooks", "InProgress", allowed("Succeeded").slice(0, 1), "traffic-shifted", "complete"],
  ["shifted, but the last hook runs", "InProgress", allowed("InProgress"), "started", "started"],
  ["shifted, last hook skipped", "InProgress", allowed("Skipped"), "traffic-shifted", "complete"],
  ["failed at the start", "Failed", failedInstall, "started", "started"],
  ["failing, without the status yet", "InProgress", failedInstall, "started", "started"],
  ["stopped after the shift, before its hook", "Stopped", allowed("Skipped"), "started", "started"],
  ["done", "Succeeded", [], "complete", "complete"],
])(
  "shows the reached stage and the one that may come any moment when %s",
  (_, status, lifecycleEvents, ...stages) => {
    const { stage, near } = snapshotOf({ status: status as "Created" }, { lifecycleEvents }, 0);
    expect([stage, near]).toEqual(stages);
  },
);

test("reports only what is new", () => {
  const sets = (green: number) => [
    { taskSetLabel: "Blue" as const, trafficWeight: 100 - green },
    { taskSetLabel: "Green" as const, trafficWeight: green },
  ];
  const before = snapshotOf(
    { status: "InProgress" },
    { lifecycleEvents: [event("Install", "InProgress")], taskSetsInfo: sets(0) },
    0,
  );
  const lifecycleEvents = [event("Install", "Succeeded"), event("AfterInstall", "Pending")];
  const now = snapshotOf({ status: "InProgress" }, { lifecycleEvents, taskSetsInfo: sets(100) }, 0);
  expect(changes(before, now)).toEqual(["Install Succeeded", "traffic: old 0 %, new 100 %"]);
  expect(changes(now, now)).toEqual([]);
});

const second = 1_000;
const minute = 60 * second;
const removal = 20 * second;
const recorded = (name: string, status: string, startedAt?: number, endedAt?: number): RecordedEvent => ({
  name,
  status,
  startedAt,
  endedAt,
  diagnostics: undefined,
});
const shifting = [recorded("Install", "Succeeded", 0, 1), recorded("AllowTraffic", "InProgress", minute)];
const shifted = [
  recorded("AllowTraffic", "Succeeded", minute, 2 * minute),
  recorded("AfterAllowTraffic", "Skipped"),
];
const canary = { deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes" };
const linear = { deploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery1Minutes" };
const keeps = (terminationWaitTimeInMinutes?: number) => ({
  blueGreenDeploymentConfiguration: {
    terminateBlueInstancesOnDeploymentSuccess: {
      action: "TERMINATE" as const,
      terminationWaitTimeInMinutes,
    },
  },
});

test.each<[string, object, RecordedEvent[], number, number | undefined]>([
  ["tasks start", canary, [recorded("Install", "InProgress", 0)], 1, undefined],
  ["a canary has just been sent", canary, shifting, minute, 6 * minute],
  ["a canary's rest is due", canary, shifting, 6 * minute + second, undefined],
  ["a linear step is near", linear, shifting, 4.5 * minute, 5 * minute],
  ["a linear step is late", linear, shifting, 5 * minute + second, undefined],
  ["a linear step was taken", linear, shifting, 5 * minute + 11 * second, 6 * minute],
  ["traffic shifts by a custom configuration", { deploymentConfigName: "mine" }, shifting, minute, undefined],
  ["old tasks are kept", keeps(5), shifted, 3 * minute, 7 * minute + removal],
  ["old tasks are removed, which takes a while", keeps(5), shifted, 7 * minute, 7 * minute + removal],
  ["old tasks may be gone", keeps(5), shifted, 7 * minute + removal, undefined],
  ["old tasks are removed at once", keeps(), shifted, 2 * minute, 2 * minute + removal],
  [
    "the last hook runs",
    keeps(5),
    [...shifted, recorded("AfterAllowTraffic", "InProgress")],
    3 * minute,
    undefined,
  ],
])("computes the end of the wait while %s", (_, info, events, now, until) => {
  expect(quietUntil({ status: "InProgress", ...info }, events, now)).toBe(until);
});
