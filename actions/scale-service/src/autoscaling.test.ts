import type { RegisterScalableTargetCommandInput } from "@aws-sdk/client-application-auto-scaling";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { explainAwsError } from "../../core/aws-errors.ts";
import { allAre as all } from "./autoscaling-state.ts";
import { createStage, onceRequested, type Stage } from "./stage.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await createStage("CodeDeploy");
});
afterEach(() => stage?.close());

const dimension = {
  ServiceNamespace: "ecs",
  ScalableDimension: "ecs:service:DesiredCount",
  ResourceId: "service/outside/web",
} as const;
const scaling = () => stage.simulator.aws.applicationautoscaling;

async function scalableTarget() {
  const { ScalableTargets } = await scaling().describeScalableTargets({
    ServiceNamespace: "ecs",
    ResourceIds: [dimension.ResourceId],
  });
  return ScalableTargets?.[0];
}

function register(more: Partial<RegisterScalableTargetCommandInput> = {}) {
  return scaling().registerScalableTarget({ ...dimension, MinCapacity: 1, MaxCapacity: 4, ...more });
}

describe("when suspended for a while", () => {
  test("keeps a count outside of the range, and somebody's earlier suspension", async () => {
    const before = { ...all(false), ScheduledScalingSuspended: true };
    await register({ SuspendedState: before, MaxCapacity: 2 });
    const suspend = await stage.try({ autoscaling: "suspend", "desired-count": "3" });
    expect(suspend.error).toBeUndefined();
    expect(suspend.record.changes).toContain(
      "autoscaling: 1 to 2 tasks (schedules suspended) → 1 to 2 tasks (suspended)",
    );
    expect(await scalableTarget()).toMatchObject({ SuspendedState: all(true), MaxCapacity: 2 });
    expect(suspend.record.autoscalingBefore).toMatchObject({ SuspendedState: before });

    const again = await stage.try({ autoscaling: "suspend", "desired-count": "3" });
    expect(again.record).toMatchObject({ status: "succeeded", changes: [], changed: false });

    const output = JSON.stringify(suspend.record.autoscalingBefore);
    const resume = await stage.try({
      autoscaling: "resume",
      "autoscaling-before": output,
      "desired-count": "1",
    });
    expect(resume.error).toBeUndefined();
    expect(await scalableTarget()).toMatchObject({ SuspendedState: before });
  });

  test("resumes everything without the earlier state, and waits until the count is in the range", async () => {
    await stage.try({ "desired-count": "3" });
    await register({ SuspendedState: all(true), MaxCapacity: 2 });
    const { error, record } = await stage.try({ autoscaling: "resume" });
    expect(error).toBeUndefined();
    expect(record).toMatchObject({ status: "succeeded", now: { desired: 2, running: 2 } });
    expect(await scalableTarget()).toMatchObject({ SuspendedState: all(false) });
  });

  test("changes nothing for a service without autoscaling", async () => {
    const suspend = await stage.try({ autoscaling: "suspend" });
    expect(suspend.error).toBeUndefined();
    expect(suspend.lines).toContain("there is nothing to suspend");
    const output = JSON.stringify(suspend.record.autoscalingBefore);
    const resume = await stage.try({ autoscaling: "resume", "autoscaling-before": output });
    expect(resume.error).toBeUndefined();
    expect(resume.record.changed).toBe(false);
    expect(await scalableTarget()).toBeUndefined();
  });
});

/** Makes Application Auto Scaling refuse an operation. */
const deny = (name: string) =>
  stage.simulator.faults.add({ kind: "deny", operation: `applicationautoscaling:${name}` });

test("sets and restores the count when refused everything, and warns at each step", async () => {
  deny("*");
  const suspend = await stage.try({ autoscaling: "suspend", "desired-count": "2" });
  expect(suspend.error).toBeUndefined();
  expect(suspend.record).toMatchObject({ status: "succeeded", now: { desired: 2, running: 2 } });
  expect(suspend.record.autoscalingBefore).toBeUndefined();
  expect(suspend.lines).toMatch(
    /Could not check: autoscaling, so nothing is suspended, and the count may change if something scales this service: .*DescribeScalableTargets/,
  );
  expect(suspend.lines).not.toContain("The service has no autoscaling");
  const resume = await stage.try({
    autoscaling: "resume",
    "autoscaling-before": "",
    "desired-count": "1",
  });
  expect(resume.error).toBeUndefined();
  expect(resume.record.now).toEqual({ desired: 1, running: 1 });
  expect(resume.lines).toMatch(/Could not check: autoscaling, so nothing is resumed: /);
});

test("does not say who moved a count when refused to read", async () => {
  deny("DescribeScalableTargets");
  const { error, record } = await stage.try(
    { autoscaling: "suspend", "desired-count": "3" },
    onceRequested(() => register({ MaxCapacity: 2 })),
  );
  expect(record.status).toBe("superseded");
  expect(error?.message).toMatch(
    /in the meantime, by a person, another job, or autoscaling, which this role may/,
  );
});

test("stops when refused to suspend an existing scalable target", async () => {
  await register();
  deny("RegisterScalableTarget");
  const { error, record } = await stage.try({ autoscaling: "suspend", "desired-count": "2" });
  expect((explainAwsError(error) ?? error)?.message).toMatch(
    /The AWS role may not do this: .*RegisterScalableTarget.*; nothing was changed$/,
  );
  expect(record.changed).toBe(false);
  expect((await stage.service()).desired).toBe(1);
});

test("reports an earlier suspension that it cannot resume", async () => {
  await register();
  const { record } = await stage.try({ autoscaling: "suspend" });
  deny("DescribeScalableTargets");
  const { error } = await stage.try({
    autoscaling: "resume",
    "autoscaling-before": JSON.stringify(record.autoscalingBefore),
  });
  expect(error?.message).toMatch(/may not do this: .*DescribeScalableTargets/);
});

test("fails when autoscaling moves the count meanwhile, and reports the cause", async () => {
  await register();
  const { error, record, lines } = await stage.try(
    { "desired-count": "3" },
    onceRequested(() => register({ MaxCapacity: 2 })),
  );
  expect(lines).toContain("Autoscaling is active: it may move the count within 1 to 4 tasks later.");
  expect(record.status).toBe("superseded");
  expect(error?.message).toMatch(
    /^The desired count of web was set from 3 to 2 in the meantime, by Application Auto Scaling: maximum capacity was set to 2 /,
  );
  expect(error?.nextStep).toMatch(/autoscaling: suspend/);
});

test("refuses a count that autoscaling would move back, before anything is changed", async () => {
  await register();
  const { error, record } = await stage.try({ "desired-count": "5" });
  expect(error?.message).toMatch(/desired-count 5 is outside the range of 1 to 4 tasks/);
  expect(error?.nextStep).toMatch(/autoscaling: suspend.*nothing was changed/);
  expect(record.changed).toBe(false);
});

test("restores count and suspension with on-failure: restore", async () => {
  await register();
  const before = await scalableTarget();
  await stage.push("crash");
  const { error, record } = await stage.try({
    autoscaling: "suspend",
    "desired-count": "3",
    "max-failed-tasks": "1",
    "on-failure": "restore",
  });
  expect(error?.message).toMatch(/being scaled back to 1 \(on-failure: restore\)$/);
  expect(record.changed).toBe(true);
  expect(await scalableTarget()).toEqual(before);
  await stage.simulator.clock.until(async () => (await stage.service()).desired === 1);
});
