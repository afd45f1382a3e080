import type { ServiceDeployment } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { createHistory } from "./history.ts";
import { snapshotOf } from "./snapshot.ts";

const known = { events: [], startedBy: "ecs-svc/1", successor: undefined, quietUntil: undefined };
const target = (requested: number, running: number, weight?: number) => ({
  arn: "new",
  requestedTaskCount: requested,
  runningTaskCount: running,
  requestedProductionTrafficWeight: weight,
});
/** A rolling update in progress: of the new tasks, `running` of `requested` run, and `old` ones still do. */
const rolling = (requested: number, running: number, old: number): ServiceDeployment => ({
  status: "IN_PROGRESS",
  targetServiceRevision: target(requested, running),
  sourceServiceRevisions: [{ arn: "old", runningTaskCount: old }],
});
/** A blue/green deployment in progress at this stage. */
const at = (
  lifecycleStage: ServiceDeployment["lifecycleStage"],
  parts: ServiceDeployment = {},
): ServiceDeployment => ({
  deploymentConfiguration: { strategy: "BLUE_GREEN" },
  status: "IN_PROGRESS",
  lifecycleStage,
  ...parts,
});

test.each<[string, ServiceDeployment, string | undefined, string]>([
  ["another deployment took over", {}, "d-2", "superseded"],
  ["somebody stopped it", {}, undefined, "stopped"],
  [
    "the circuit breaker opened, without rollback",
    { deploymentCircuitBreaker: { status: "TRIGGERED" } },
    undefined,
    "failed",
  ],
  ["an alarm went off, without rollback", { alarms: { status: "TRIGGERED" } }, undefined, "failed"],
])("finds the real end of STOPPED when %s", (_, parts, successor, ended) => {
  expect(snapshotOf({ ...parts, status: "STOPPED" }, { ...known, successor }).ended).toBe(ended);
});

test.each<[string, ServiceDeployment, string]>([
  ["nothing began", { status: "PENDING" }, "registered"],
  ["tasks start", at("SCALE_UP"), "started"],
  ["traffic shifts", at("PRODUCTION_TRAFFIC_SHIFT"), "started"],
  ["traffic has shifted but a hook may still refuse it", at("POST_PRODUCTION_TRAFFIC_SHIFT"), "started"],
  ["it bakes", at("BAKE_TIME"), "traffic-shifted"],
  ["the bake was over between two polls", at("CLEAN_UP"), "traffic-shifted"],
  [
    "it cleans up after a failure, with all traffic on the old tasks",
    at("CLEAN_UP", { targetServiceRevision: target(2, 0, 0) }),
    "started",
  ],
  ["it bakes but is being rolled back", at("BAKE_TIME", { status: "ROLLBACK_REQUESTED" }), "started"],
  ["a rolling update has replaced half", rolling(2, 1, 1), "started"],
  ["a rolling update has all new tasks next to an old one", rolling(2, 2, 1), "started"],
  ["a rolling update has replaced all", rolling(2, 2, 0), "traffic-shifted"],
  ["a rolling update has not requested tasks yet", rolling(0, 0, 0), "started"],
  ["all is done", { status: "SUCCESSFUL" }, "complete"],
])("computes the stage when %s", (_, deployment, stage) => {
  expect(snapshotOf(deployment, known).stage).toBe(stage);
});

test.each<[string, ServiceDeployment, string]>([
  ["nothing began", { status: "PENDING" }, "started"],
  ["new tasks start in a rolling update", rolling(2, 1, 1), "started"],
  ["old tasks stop in a rolling update", rolling(2, 2, 1), "complete"],
  ["new tasks start next to the old", at("SCALE_UP", rolling(2, 1, 1)), "started"],
  ["new tasks run next to the old", at("SCALE_UP", rolling(2, 2, 1)), "traffic-shifted"],
  ["it bakes", at("BAKE_TIME", rolling(2, 2, 1)), "complete"],
  ["it is rolled back", { ...rolling(2, 1, 1), status: "ROLLBACK_IN_PROGRESS" }, "complete"],
])("shows which stage may come any moment when %s", (_, deployment, near) => {
  expect(snapshotOf(deployment, known).near).toBe(near);
});

/** Minimum percentage of healthy tasks. */
const healthy = (minimumHealthyPercent: number) => ({ deploymentConfiguration: { minimumHealthyPercent } });

test.each<[string, ServiceDeployment, object | undefined, number?]>([
  [
    "is the requested weight, in tenths",
    at("BAKE_TIME", { targetServiceRevision: target(1, 1, 12.5) }),
    { blue: 87.5, green: 12.5 },
  ],
  [
    "is not known without a load balancer",
    at("BAKE_TIME", { targetServiceRevision: target(1, 1) }),
    undefined,
  ],
  ["is the share of running tasks in a rolling update", rolling(3, 1, 2), { blue: 66.7, green: 33.3 }],
  ["is not known while no task runs", rolling(3, 0, 0), undefined],
  ["stays with the old task until the new one is healthy", rolling(1, 1, 1), { blue: 100, green: 0 }],
  [
    "stays with an old task although the other was stopped before a new one was healthy",
    { ...rolling(2, 1, 1), ...healthy(50) },
    { blue: 100, green: 0 },
  ],
  [
    "is not known if all old tasks were stopped before a new one was healthy",
    { ...rolling(1, 1, 0), ...healthy(0) },
    undefined,
  ],
  [
    "stays with the old tasks when the count rises and no new one is healthy",
    rolling(4, 2, 2),
    { blue: 100, green: 0 },
    2,
  ],
])("computes the traffic %s", (_, deployment, traffic, oldTasks) => {
  expect(snapshotOf(deployment, { ...known, oldTasks }).traffic).toEqual(traffic);
});

test("reads the cause from rollback and alarms", () => {
  const { reason, triggeredAlarms } = snapshotOf(
    {
      status: "ROLLBACK_SUCCESSFUL",
      statusReason: "Rolled back.",
      rollback: { reason: "Alarm 5xx." },
      alarms: { triggeredAlarmNames: ["5xx"] },
    },
    known,
  );
  expect(reason).toEqual({ code: "ROLLBACK_SUCCESSFUL", message: "Alarm 5xx." });
  expect(triggeredAlarms).toEqual(["5xx"]);
});

test("remembers earlier stages, the failed one with its reason, and hooks next to them", () => {
  const history = createHistory();
  const hook = { hookId: "pause-1", status: "AWAITING_ACTION", expiresAt: new Date(0) } as const;
  const over = { ...hook, hookId: "pause-0", status: "TIMED_OUT", timeoutAction: "CONTINUE" } as const;
  history({ status: "PENDING" }, 0);
  history({ status: "IN_PROGRESS", lifecycleStage: "SCALE_UP" }, 1_000);
  history({ status: "IN_PROGRESS", lifecycleStage: "POST_SCALE_UP", lifecycleHookDetails: [hook] }, 2_000);
  const events = history(
    {
      status: "ROLLBACK_IN_PROGRESS",
      lifecycleStage: "CLEAN_UP",
      statusReason: "The hook timed out.",
      lifecycleHookDetails: [over, hook],
    },
    3_000,
  );
  expect(events).toEqual([
    { name: "SCALE_UP", status: "Succeeded", startedAt: 1_000, endedAt: 2_000, diagnostics: undefined },
    {
      name: "POST_SCALE_UP",
      status: "Failed",
      startedAt: 2_000,
      endedAt: 3_000,
      diagnostics: "The hook timed out.",
    },
    expect.objectContaining({ name: "hook pause-0", status: "TIMED_OUT", hook: undefined }),
    {
      name: "hook pause-1",
      status: "AWAITING_ACTION",
      startedAt: undefined,
      endedAt: undefined,
      diagnostics: "waits for ContinueServiceDeployment until 1970-01-01T00:00:00.000Z",
      hook: "",
    },
  ]);
});
