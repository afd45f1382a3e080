import { expect, test } from "vitest";
import { minute, named } from "./deployment/virtual-run.support.ts";
import { newRecord } from "./record.ts";
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
const outages = [throttled, cut, unavailable, refused];
/** Calls that are made before the step changes anything. */
const reads: readonly string[] = ["DescribeServices", "DescribeTaskDefinition", "GetDeploymentGroup"];
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
  const isRead = reads.includes(operation);
  expect(isRead ? run.error?.cause : run.error).toBe(error);
  expect(/Nothing was changed\.$/.test(run.error?.nextStep ?? "")).toBe(isRead);
  expect(run.record.deploymentId).toBe("");
  expect(run.endedAt).toBeGreaterThanOrEqual(5 * minute);
  expect(run.endedAt).toBeLessThan(6 * minute);
});

test("does not say that nothing was changed after a rollback has stopped another deployment", async () => {
  mockService("ECS");
  const record = Object.assign(newRecord("c", "web"), { changed: true });
  const run = await runWhole({}, (name) => (name === "DescribeServices" ? refused : undefined), record);
  expect(run.error).toBe(refused);
});

test("ends at once when the endpoint's host does not exist, which must be a wrong region", async () => {
  mockService("ECS");
  const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  const run = await runWhole({}, () => unknown);
  expect(run).toMatchObject({ error: { cause: unknown }, changes: 0, endedAt: 0 });
  expect(run.error?.nextStep).toMatch(/Nothing was changed\.$/);
});
