import type { TargetHealth } from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ask, forwardTo, oneTarget, type Stage, setStage, targetAddress } from "./stage.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.close());

const address = "10.0.1.5";

async function healthOf(group: string): Promise<TargetHealth | undefined> {
  const { TargetHealthDescriptions } = await stage.elbv2.describeTargetHealth({ TargetGroupArn: group });
  return TargetHealthDescriptions?.[0]?.TargetHealth;
}

it.each([
  ["200", 204, "ResponseCodeMismatch", "Health checks failed with these codes: [204]"],
  ["200-399,404", 403, "ResponseCodeMismatch", "Health checks failed with these codes: [403]"],
  ["200", 0, "FailedHealthChecks", "Health checks failed"],
  ["200", undefined, "Timeout", "Request timed out"],
])("matcher %s finds a target with status %s unhealthy", async (HttpCode, status, reason, Description) => {
  const group = await stage.createGroup("group", { matcher: { HttpCode }, timeoutSeconds: 2 });
  await stage.listen(forwardTo(group));
  await stage.serve(address, (request, response) => {
    if (status === 0) request.socket.destroy();
    else if (status !== undefined) response.writeHead(status).end();
  });
  await stage.register(group, address);
  await stage.until(group, "unhealthy");
  expect(await healthOf(group)).toEqual({ State: "unhealthy", Reason: `Target.${reason}`, Description });
});

it.each([
  ["200", 200],
  ["200-399,404", 302],
  ["200-399,404", 404],
])("matcher %s finds a target with status %i healthy after one check", async (HttpCode, status) => {
  const group = await stage.createGroup("group", { matcher: { HttpCode } });
  await stage.listen(forwardTo(group));
  const checks: (string | undefined)[] = [];
  await stage.serve(address, (request, response) => {
    checks.push(request.headers["user-agent"]);
    response.writeHead(status).end();
  });
  await stage.register(group, address);
  expect(await healthOf(group)).toMatchObject({ State: "initial", Reason: "Elb.InitialHealthChecking" });
  await stage.until(group, "healthy");
  expect(await healthOf(group)).toEqual({ State: "healthy" });
  expect(checks[0]).toBe("ELB-HealthChecker/2.0");
});

it("requires the threshold of passed checks from an unhealthy target, and fails open meanwhile", async () => {
  const group = await stage.createGroup("group");
  const { port } = await stage.listen(forwardTo(group));
  let status = 500;
  let passed = 0;
  await stage.serve(address, (request, response) => {
    if (request.headers["user-agent"] === "ELB-HealthChecker/2.0" && status === 200) passed++;
    response.writeHead(status).end("answer");
  });
  await stage.register(group, address);
  await stage.until(group, "unhealthy");
  expect(await ask(port)).toMatchObject({ status: 500, body: "answer" });
  status = 200;
  await stage.until(group, "healthy");
  expect(passed).toBeGreaterThanOrEqual(5);
});

it("sends nothing to an unhealthy target while another is healthy", async () => {
  const group = await stage.createGroup("group");
  const { port } = await stage.listen(forwardTo(group));
  await stage.serve("10.0.1.6", (_, response) => response.writeHead(500).end());
  await stage.serve(address, (_, response) => response.end());
  await stage.register(group, "10.0.1.6", address);
  await stage.until(group, "unhealthy", "10.0.1.6");
  await stage.until(group, "healthy", address);
  for (let sent = 0; sent < 6; sent++) expect((await ask(port)).status).toBe(200);
});

it("keeps targets unused and unchecked until a rule forwards to their group, and again after", async () => {
  const group = await stage.createGroup("group");
  let checks = 0;
  await stage.serve(address, (_, response) => {
    checks++;
    response.end();
  });
  await stage.register(group, address);
  expect(await healthOf(group)).toMatchObject({ State: "unused", Reason: "Target.NotInUse" });
  expect(checks).toBe(0);
  const { arn } = await stage.listen(forwardTo(group));
  await stage.until(group, "healthy");
  const other = await stage.createGroup("other");
  await stage.elbv2.modifyListener({ ListenerArn: arn, DefaultActions: [forwardTo(other)] });
  expect(await healthOf(group)).toMatchObject({ State: "unused" });
});

it("reports a target that was never registered", async () => {
  const group = await stage.createGroup("group");
  const asked = { TargetGroupArn: group, Targets: [{ Id: "10.0.1.77" }] };
  expect((await stage.elbv2.describeTargetHealth(asked)).TargetHealthDescriptions).toMatchObject([
    {
      Target: { Id: "10.0.1.77", Port: 8080 },
      TargetHealth: { State: "unused", Reason: "Target.NotRegistered" },
    },
  ]);
});

const targetsOf = async (TargetGroupArn: string) =>
  (await stage.elbv2.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions ?? [];

const deregister = (TargetGroupArn: string, Id: string) =>
  stage.elbv2.deregisterTargets({ TargetGroupArn, Targets: [{ Id }] });

it("sends no new requests to a draining target, lets those in progress finish, and removes it after the delay", async () => {
  let finish = () => {};
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const { group, port } = await oneTarget(stage, (incoming, response) => {
    if (incoming.url !== "/long") return response.end();
    finish = () => response.end("finished");
    resolve();
  });
  const underWay = ask(port, { path: "/long" });
  await started;
  await deregister(group, targetAddress);
  expect((await targetsOf(group))[0]?.TargetHealth).toEqual({
    State: "draining",
    Reason: "Target.DeregistrationInProgress",
    Description: "Target deregistration is in progress",
  });
  expect((await ask(port)).status).toBe(503);
  await stage.environment.clock.foreground.wait(301_000);
  expect(await targetsOf(group)).toEqual([]);
  finish();
  expect(await underWay).toMatchObject({ status: 200, body: "finished" });
});

it("accepts a draining target when it is registered again", async () => {
  const { group, port } = await oneTarget(stage, (_, response) => response.end());
  await deregister(group, targetAddress);
  await stage.register(group, targetAddress);
  await stage.until(group, "healthy");
  await stage.environment.clock.foreground.wait(310_000);
  expect((await ask(port)).status).toBe(200);
});
