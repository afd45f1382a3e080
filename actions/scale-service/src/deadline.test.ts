import { expect, test } from "vitest";
import { budgetOf, type Waits } from "./deadline.ts";

const minute = 60_000;
const waits = (changes: Partial<Waits>): Waits => ({
  service: {},
  containers: [],
  groups: [],
  deregistrationDelays: [],
  from: 1,
  to: 3,
  ...changes,
});
const group = (HealthCheckIntervalSeconds: number, HealthyThresholdCount: number) => ({
  arn: "",
  name: "web",
  isReachable: true,
  group: { HealthCheckIntervalSeconds, HealthyThresholdCount },
});

test.each<[string, Partial<Waits>, number]>([
  ["tasks start", {}, 10 * minute],
  [
    "the containers' health checks have their tries",
    { containers: [{ healthCheck: { command: ["x"], startPeriod: 60, interval: 10, retries: 6 } }] },
    12 * minute,
  ],
  ["health checks have AWS's defaults", { containers: [{ healthCheck: { command: ["x"] } }] }, 11.5 * minute],
  [
    "the grace period is longer than they are",
    { service: { healthCheckGracePeriodSeconds: 300 } },
    15 * minute,
  ],
  ["targets become healthy", { groups: [group(30, 5)] }, 12.5 * minute],
  ["two thousand tasks start at 500 a minute", { to: 2_001 }, 13 * minute],
  ["nothing changes", { from: 3 }, 10 * minute],
  [
    "connections drain and containers stop",
    { from: 3, to: 1, deregistrationDelays: [300, 60], containers: [{ stopTimeout: 120 }, {}] },
    10 * minute,
  ],
])("allows the time when %s", (_, changes, ms) => {
  expect(budgetOf(waits(changes)).ms).toBe(ms);
});

test("lists the parts of the sum", () => {
  const { because } = budgetOf(waits({ from: 3, to: 1, deregistrationDelays: [30] }));
  expect(because).toBe("30 s for connections to drain, 3 min for the tasks to be gone");
});
