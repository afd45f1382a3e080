import { expect, test } from "vitest";
import type { RunningService } from "../../ecs/service.ts";
import type { Snapshot } from "../engine.ts";
import type { LifecycleEvent } from "../record.ts";
import { hasPassedGate, isOf, missedGate, type Newest, revisionInProduction } from "./newest.ts";

const arnOf = (revision: string) => `arn:aws:ecs:us-east-1:123456789012:task-definition/${revision}`;
const event = (name: string, status: string, hook?: string): LifecycleEvent => ({
  ...{ name, status, hook, startedAt: undefined, endedAt: undefined, diagnostics: undefined },
});
const newest = (snapshot: Partial<Snapshot>): Newest => ({
  running: { name: "deployment d-1" } as Newest["running"],
  revision: arnOf("web:8"),
  snapshot: { status: "Stopped", ended: "stopped", events: [], aftermath: "", ...snapshot } as Snapshot,
});
const installed = event("Install", "Succeeded");
const waited = [installed, event("BeforeAllowTraffic", "Pending"), event("AllowTraffic", "Skipped")];

test.each<[string, Partial<Snapshot>, boolean]>([
  ["waits in CodeDeploy", { events: waited }, false],
  [
    "has begun its first event of the shift",
    { events: [installed, event("BeforeAllowTraffic", "InProgress")] },
    true,
  ],
  ["shifts in CodeDeploy", { events: [event("AllowTraffic", "InProgress")] }, true],
  [
    "has a pause that somebody ended",
    { events: [event("PRE_PRODUCTION_TRAFFIC_SHIFT", "SUCCEEDED", "")] },
    true,
  ],
  ["pauses", { events: [event("PRE_PRODUCTION_TRAFFIC_SHIFT", "AWAITING_ACTION", "")] }, false],
  ["has a function that succeeded", { events: [event("POST_SCALE_UP", "SUCCEEDED", "arn")] }, false],
  ["has traffic", { traffic: { blue: 99, green: 1 } }, true],
  ["has no traffic", { traffic: { blue: 100, green: 0 } }, false],
])("sees whether a deployment has passed its gate that %s", (_, snapshot, passed) => {
  expect(hasPassedGate(newest({ ended: undefined, ...snapshot }))).toBe(passed);
});

test.each<[string, Partial<Snapshot>, boolean]>([
  ["waited until it was stopped", { events: waited }, true],
  ["was stopped before it was installed", { events: [event("Install", "Skipped")] }, false],
  ["failed at an event before", { events: [...waited, event("AfterAllowTestTraffic", "Failed")] }, false],
  ["was stopped during the shift", { events: [installed, event("AllowTraffic", "InProgress")] }, false],
  ["paused until it was rolled back", { events: [event("POST_TEST_TRAFFIC_SHIFT", "TIMED_OUT", "")] }, true],
  ["was rolled back after its pause", { events: [event("POST_TEST_TRAFFIC_SHIFT", "SUCCEEDED", "")] }, false],
  ["still waits", { events: waited, ended: undefined, status: "Ready" }, false],
  [
    "is being stopped",
    { events: [event("X", "TIMED_OUT", "")], ended: undefined, status: "STOP_REQUESTED" },
    true,
  ],
  ["succeeded", { events: waited, ended: "succeeded" }, false],
])("says that nobody continued a deployment, or not, that %s", (_, snapshot, missed) => {
  const { status = "Stopped" } = snapshot;
  const text = missedGate(newest({ ...snapshot, reason: { code: "", message: "timed out" } }));
  expect(text).toBe(missed ? `deployment d-1 of web:8 was not continued: ${status} (timed out)` : "");
});

test.each<[string, object, string]>([
  ["CodeDeploy", { primary: { taskDefinition: "a" }, service: { deployments: [] }, revision: "c" }, "a"],
  [
    "ECS, which shows what waits as the service's",
    {
      service: {
        deployments: [
          { status: "PRIMARY", taskDefinition: "c" },
          { status: "ACTIVE", taskDefinition: "b" },
        ],
      },
      revision: "c",
    },
    "b",
  ],
  [
    "CodeDeploy, whose task sets count",
    {
      primary: { taskDefinition: "a" },
      service: { deployments: [{ status: "ACTIVE", taskDefinition: "b" }] },
      revision: "c",
    },
    "a",
  ],
  ["nothing that waits", { service: {}, revision: "c" }, "c"],
])("finds the revision in production under %s", (_, service, revision) => {
  expect(revisionInProduction(service as RunningService)).toBe(revision);
});

test.each([
  [arnOf("web:8"), true],
  ["web:8", true],
  ["web:80", false],
  [arnOf("shop:8"), false],
])("compares the revision with %s", (wanted, same) => {
  expect(isOf({ revision: arnOf("web:8") }, wanted)).toBe(same);
  expect(isOf({ revision: undefined }, wanted)).toBe(false);
});
