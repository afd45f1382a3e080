import { afterEach, beforeEach, expect, it } from "vitest";
import { ask, oneTarget, type Stage, setStage, targetAddress } from "./stage.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.close());

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
