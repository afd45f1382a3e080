import { expect, test } from "vitest";
import { budgetOf, type Waits } from "./deadline.ts";

const minute = 60_000;
const waits: Waits = { from: 1, to: 3, gracePeriod: 0, deregistrationDelays: [300, 60] };

test.each<[string, Partial<Waits>, number]>([
  ["tasks start", {}, 15 * minute],
  ["nothing changes", { from: 3 }, 15 * minute],
  ["499 tasks more start", { to: 500 }, 15 * minute],
  ["500 tasks more start, as many as in a minute", { to: 501 }, 16 * minute],
  ["the service has a grace period", { gracePeriod: 120 }, 17 * minute],
  ["connections drain and containers stop", { from: 3, to: 1 }, 10 * minute],
  ["containers stop that are behind no load balancer", { to: 0, deregistrationDelays: [] }, 5 * minute],
])("allows the time when %s", (_, changes, ms) => {
  expect(budgetOf({ ...waits, ...changes })).toBe(ms);
});
