import { expect, test } from "vitest";
import { minute, named } from "./deployment/virtual-run.support.ts";
import { mockService, runWhole } from "./whole-run.support.ts";

const throttled = named("ThrottlingException", "Rate exceeded");
const cut = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const unavailable = Object.assign(named("ServiceUnavailableException"), { $fault: "server" });

const calls = [
  ["ECS", "DescribeServices"],
  ["ECS", "DescribeTaskDefinition"],
  ["ECS", "RegisterTaskDefinition"],
  ["ECS", "ListServiceDeployments"],
  ["ECS", "UpdateService"],
  ["CODE_DEPLOY", "DescribeServices"],
  ["CODE_DEPLOY", "GetDeploymentGroup"],
  ["CODE_DEPLOY", "CreateDeployment"],
] as const;
const outages = [throttled, cut, unavailable];
const cells = calls.flatMap(([controller, operation]) =>
  outages.map((error) => [controller, operation, error.message, error] as const),
);

test.each(cells)("%s: succeeds when %s fails for four minutes (%s)", async (...cell) => {
  const [controller, operation, , error] = cell;
  mockService(controller);
  const strike = (name: string, at: number) => (name === operation && at < 4 * minute ? error : undefined);
  const run = await runWhole({}, strike);
  expect(run.error).toBeUndefined();
  expect(run.record).toMatchObject({ status: "succeeded", changed: true });
  expect(run.changes).toBe(2);
  expect(run.endedAt).toBeLessThan(5 * minute);
});

test.each(cells)("%s: fails after five minutes when %s fails for good (%s)", async (...cell) => {
  const [controller, operation, , error] = cell;
  mockService(controller);
  const run = await runWhole({}, (name) => (name === operation ? error : undefined));
  expect(run.error).toBe(error);
  expect(run.record.deploymentId).toBe("");
  expect(run.endedAt).toBeGreaterThanOrEqual(5 * minute);
  expect(run.endedAt).toBeLessThan(6 * minute);
});

test("ends at once when nothing listens at the endpoint, which must be wrong", async () => {
  mockService("ECS");
  const run = await runWhole({}, () => refused);
  expect(run).toMatchObject({ error: refused, changes: 0, endedAt: 0 });
});

test("treats a connection that is refused later as an outage", async () => {
  mockService("ECS");
  const strike = (name: string, at: number) =>
    name === "RegisterTaskDefinition" && at < 4 * minute ? refused : undefined;
  const run = await runWhole({}, strike);
  expect(run.record.status).toBe("succeeded");
});
