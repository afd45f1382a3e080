import type { LifecycleEvent } from "@aws-sdk/client-codedeploy";
import { expect, test } from "vitest";
import { changes } from "../deployment/follow.ts";
import { snapshotOf } from "./snapshot.ts";

const event = (lifecycleEventName: string, status: LifecycleEvent["status"]): LifecycleEvent => ({
  lifecycleEventName,
  status,
});

test.each<[string, string, LifecycleEvent[], string, string]>([
  ["just created", "Created", [], "registered", "traffic-shifted"],
  ["installing", "InProgress", [event("Install", "InProgress")], "started", "traffic-shifted"],
  ["shifting", "InProgress", [event("AllowTraffic", "InProgress")], "started", "traffic-shifted"],
  [
    "shifted, without hooks listed",
    "InProgress",
    [event("AllowTraffic", "Succeeded")],
    "traffic-shifted",
    "complete",
  ],
  [
    "shifted, but the last hook runs",
    "InProgress",
    [event("AllowTraffic", "Succeeded"), event("AfterAllowTraffic", "InProgress")],
    "started",
    "traffic-shifted",
  ],
  [
    "shifted, last hook skipped",
    "InProgress",
    [event("AllowTraffic", "Succeeded"), event("AfterAllowTraffic", "Skipped")],
    "traffic-shifted",
    "complete",
  ],
  [
    "failed at the start, which skips the rest",
    "Failed",
    [event("Install", "Failed"), event("AllowTraffic", "Skipped"), event("AfterAllowTraffic", "Skipped")],
    "started",
    "traffic-shifted",
  ],
  [
    "failing, without the status Failed yet",
    "InProgress",
    [event("Install", "Failed"), event("AllowTraffic", "Skipped"), event("AfterAllowTraffic", "Skipped")],
    "started",
    "traffic-shifted",
  ],
  [
    "stopped after the shift, before its hook",
    "Stopped",
    [event("AllowTraffic", "Succeeded"), event("AfterAllowTraffic", "Skipped")],
    "started",
    "traffic-shifted",
  ],
  ["done", "Succeeded", [], "complete", "complete"],
])(
  "shows the reached stage and the stage that may come any moment when %s",
  (_, status, lifecycleEvents, stage, near) => {
    expect(snapshotOf({ status: status as "Created" }, { lifecycleEvents }, 0)).toMatchObject({
      stage,
      near,
    });
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
