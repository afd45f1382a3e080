import { expect, test } from "vitest";
import { createVirtualAccount, snapshot } from "../../delivery/deployment/virtual-run.support.ts";
import type { RunningDeployment, Snapshot } from "../../delivery/engine.ts";
import { DeploymentRecord } from "../../delivery/record.ts";
import { endActive } from "./end-active.ts";
import { readRollbackInputs } from "./inputs.ts";
import type { PastDeployment } from "./service-history.ts";

const active: PastDeployment = {
  id: "d-8",
  name: "deployment d-8",
  status: "IN_PROGRESS",
  state: "ongoing",
  revision: "web:8",
  isRollback: false,
};

interface Case {
  readonly poll?: () => Partial<Snapshot>;
  readonly isRollback?: boolean;
  /** Revision in production, and the number of its tasks. */
  readonly now?: [string, number];
}

async function end({ poll = () => ({ ended: "rolled-back" }), isRollback = false, now }: Case) {
  const account = createVirtualAccount("ECS");
  const [revision, count] = now ?? ["web:7", 1];
  account.runs(revision, { running: count });
  const { context } = account.context();
  const stops: string[] = [];
  const running = {
    settleMs: 300_000,
    poll: async () => snapshot(poll()),
    stop: async (how: string) => {
      stops.push(how);
      return true;
    },
  } as unknown as RunningDeployment;
  const given: Record<string, string> = { cluster: "c", service: "web", "settle-for": "0" };
  const inputs = readRollbackInputs((name) => given[name] ?? "");
  const record = new DeploymentRecord("c", "web");
  const history = { list: async () => [], resume: () => running };
  const outcome = await endActive({
    context,
    inputs,
    record,
    history,
    active: { ...active, isRollback },
  }).catch((error: Error) => error.message);
  return { outcome, record, stops };
}

test("does not stop a deployment that is a rollback already", async () => {
  const { outcome, record, stops } = await end({ isRollback: true });
  expect(outcome).toBe(true);
  expect(stops).toEqual([]);
  expect(record).toMatchObject({ revisionAfter: "web:7", changed: false });
});

test("reports a deployment that succeeds before it is stopped as not rolled back", async () => {
  const { outcome, record } = await end({ poll: () => ({ ended: "succeeded" }) });
  expect(outcome).toBe(false);
  expect(record).toMatchObject({ revisionAfter: "", changed: false });
});

test.each<[string, Case, string, RegExp]>([
  [
    "that does not end in time",
    { poll: () => ({ status: "ROLLBACK_IN_PROGRESS" }) },
    "timed-out",
    /^Deployment d-8 is ROLLBACK_IN_PROGRESS: its rollback did not end in time$/,
  ],
  [
    "that fails, leaving too few tasks",
    { poll: () => ({ ended: "failed" }), now: ["web:7", 0] },
    "failed",
    /^Deployment d-8 was asked to roll back, but web runs 0 of 1 tasks$/,
  ],
  [
    "that stays in production",
    { poll: () => ({ ended: "stopped" }), now: ["web:8", 1] },
    "failed",
    /^Deployment d-8 was asked to roll back, but web still runs web:8$/,
  ],
  [
    "that can no longer be read",
    {
      poll: () => {
        throw Object.assign(new Error("expired"), { name: "ExpiredTokenException" });
      },
    },
    "lost",
    /^The AWS credentials have expired \(expired\); AWS continues the rollback of deployment d-8$/,
  ],
])("fails on a rollback %s", async (_, parts, status, message) => {
  const { outcome, record } = await end(parts);
  expect(outcome).toMatch(message);
  expect(record.status).toBe(status);
});
