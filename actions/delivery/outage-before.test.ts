import { expect, test } from "vitest";
import { named } from "../core/fake-aws.support.ts";
import { createVirtualAccount, minute } from "./deployment/virtual-run.support.ts";
import { DeploymentRecord } from "./record.ts";

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
  const { answers, run, clock } = createVirtualAccount(controller);
  const works = answers[operation];
  answers[operation] = (input: never) => {
    if (clock.now() < 4 * minute) return error;
    return typeof works === "function" ? works(input) : works;
  };
  const ended = await run();
  expect(ended.error).toBeUndefined();
  expect(ended.record).toMatchObject({ status: "succeeded", changed: true });
  expect(ended.endedAt).toBeGreaterThanOrEqual(4 * minute);
  expect(ended.endedAt).toBeLessThan(5 * minute);
});

test.each(cells)("%s: fails after five minutes when %s fails for good (%s)", async (...cell) => {
  const [controller, operation, , error] = cell;
  const { answers, run } = createVirtualAccount(controller);
  answers[operation] = error;
  const ended = await run();
  const isRead = reads.includes(operation);
  expect(isRead ? ended.error?.cause : ended.error).toBe(error);
  expect(/Nothing was changed\.$/.test(ended.error?.nextStep ?? "")).toBe(isRead);
  expect(ended.record.deploymentId).toBe("");
  expect(ended.endedAt).toBeGreaterThanOrEqual(5 * minute);
  expect(ended.endedAt).toBeLessThan(6 * minute);
});

test("does not say that nothing was changed after a rollback has stopped another deployment", async () => {
  const { answers, run } = createVirtualAccount("ECS");
  answers.DescribeServices = refused;
  const record = Object.assign(new DeploymentRecord("c", "web"), { changed: true });
  expect((await run({}, undefined, record)).error).toBe(refused);
});

test("ends at once when the endpoint's host does not exist, which must be a wrong region", async () => {
  const { answers, run } = createVirtualAccount("ECS");
  const unknown = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  for (const operation of Object.keys(answers)) answers[operation] = unknown;
  const ended = await run();
  expect(ended).toMatchObject({ error: { cause: unknown }, endedAt: 0 });
  expect(ended.error?.nextStep).toMatch(/Nothing was changed\.$/);
});
