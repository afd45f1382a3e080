import { describe, expect, it } from "vitest";
import { outcome } from "../group.support.ts";
import { createDelivery, requestWith, statuses } from "./delivery.support.ts";
import { listeners, weightsOf } from "./fixture.support.ts";

const hookNames = [
  "BeforeInstall",
  "AfterInstall",
  "AfterAllowTestTraffic",
  "BeforeAllowTraffic",
  "AfterAllowTraffic",
];

async function delivery() {
  const created = await createDelivery({
    group: { autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] } },
  });
  const { clock, fixture, call } = created;
  /** Waits for the function's call at place `index`, and reports as the function would. */
  const report = async (index: number, status: string) => {
    const event = await clock.until(() => fixture.hookEvents[index]);
    return call("putLifecycleEventHookExecutionStatus", {
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status,
    });
  };
  return { ...created, report };
}

describe("the hooks of an AppSpec", () => {
  it("call their function in order, and each event waits for its report", async () => {
    const { clock, fixture, start, until, target, report } = await delivery();
    const deploymentId = await start(requestWith(hookNames.map((name) => ({ [name]: "check" }))));
    for (const [index, name] of hookNames.entries()) {
      await clock.until(() => fixture.hookEvents.length === index + 1);
      expect(statuses((await target(deploymentId)).lifecycleEvents)).toContain(`${name} InProgress`);
      await report(index, "Succeeded");
    }
    await until(deploymentId, "Succeeded");
    expect(new Set(fixture.hookEvents.map(({ DeploymentId }) => DeploymentId))).toEqual(
      new Set([deploymentId]),
    );
  });

  it.each(hookNames)("fail the deployment and roll it back when %s is reported Failed", async (name) => {
    const { fixture, start, until, info, target, report } = await delivery();
    const deploymentId = await start(requestWith([{ [name]: "check" }]));
    await report(0, "Failed");
    await until(deploymentId, "Failed");
    const failed = await info(deploymentId);
    expect(failed.errorInformation).toEqual({
      code: "HOOK_EXECUTION_FAILURE",
      message:
        "The deployment failed because one or more of the lifecycle event validation functions failed.",
    });
    const { lifecycleEvents } = await target(deploymentId);
    const event = lifecycleEvents.find((each: { status: string }) => each.status === "Failed");
    expect(event).toMatchObject({
      lifecycleEventName: name,
      diagnostics: { message: `The function check reported that ${name} failed.` },
    });
    await until(failed.rollbackInfo.rollbackDeploymentId, "Succeeded");
    expect(weightsOf(fixture, listeners.production, "default")).toEqual({ "customer-tg-two": 1 });
    expect(fixture.taskSets).toMatchObject([{ id: "ecs-svc/1", status: "PRIMARY" }]);
  });

  it.each([
    ["does not exist", "absent", /could not be invoked: Function not found: absent/],
    ["reports nothing within an hour", "check", /reported nothing about BeforeAllowTraffic within an hour/],
  ])("fail the deployment when the function %s", async (_, name, message) => {
    const { start, until, target } = await delivery();
    const deploymentId = await start(requestWith([{ BeforeAllowTraffic: name }]));
    await until(deploymentId, "Failed");
    const { lifecycleEvents } = await target(deploymentId);
    const event = lifecycleEvents.find((each: { status: string }) => each.status === "Failed");
    expect(event.diagnostics.message).toMatch(message);
  });

  it("accept one report each, of a known execution and with a result", async () => {
    const { call, start, until, report } = await delivery();
    const deploymentId = await start(requestWith([{ BeforeInstall: "check" }]));
    expect(await outcome(report(0, "InProgress"))).toBe("InvalidLifecycleEventHookExecutionStatusException");
    await report(0, "Succeeded");
    await until(deploymentId, "Succeeded");
    expect(await outcome(report(0, "Failed"))).toBe("LifecycleEventAlreadyCompletedException");
    const unknown = { deploymentId, lifecycleEventHookExecutionId: "no", status: "Succeeded" };
    expect(await outcome(call("putLifecycleEventHookExecutionStatus", unknown))).toBe(
      "InvalidLifecycleEventHookExecutionIdException",
    );
  });

  it("are not waited for once the deployment is stopped", async () => {
    const { clock, fixture, call, start, until } = await delivery();
    const deploymentId = await start(requestWith([{ AfterInstall: "check" }]));
    await clock.until(() => fixture.hookEvents.length === 1);
    await call("stopDeployment", { deploymentId, autoRollbackEnabled: false });
    await until(deploymentId, "Stopped");
  });
});
