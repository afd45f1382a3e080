import type { RegisterScalableTargetCommandInput } from "@aws-sdk/client-application-auto-scaling";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { explainAwsError } from "../../core/aws-errors.ts";
import { createStage, type Stage } from "./stage.support.ts";

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
const range = { "minimum-tasks": "1", "maximum-tasks": "4" };
const scaling = () => stage.simulator.aws.applicationautoscaling;

async function scalableTarget() {
  const { ScalableTargets } = await scaling().describeScalableTargets({
    ServiceNamespace: "ecs",
    ResourceIds: [dimension.ResourceId],
  });
  return ScalableTargets?.[0];
}

async function policies() {
  return (await scaling().describeScalingPolicies(dimension)).ScalingPolicies ?? [];
}

function register(more: Partial<RegisterScalableTargetCommandInput> = {}) {
  return scaling().registerScalableTarget({ ...dimension, MinCapacity: 1, MaxCapacity: 4, ...more });
}

const all = (value: boolean) => ({
  DynamicScalingInSuspended: value,
  DynamicScalingOutSuspended: value,
  ScheduledScalingSuspended: value,
});

test("sets a range and target tracking, and changes nothing the second time", async () => {
  const given = { ...range, "target-cpu": "60", "target-memory": "70", "scale-in-cooldown": "2m" };
  const first = await stage.try(given);
  expect(first.error).toBeUndefined();
  expect(first.record).toMatchObject({ status: "succeeded", autoscalingBefore: null });
  expect(await scalableTarget()).toMatchObject({ MinCapacity: 1, MaxCapacity: 4 });
  expect(await policies()).toMatchObject([
    {
      PolicyName: "cpu-target",
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 60, ScaleInCooldown: 120 },
    },
    { PolicyName: "memory-target" },
  ]);
  const again = await stage.try(given);
  expect(again.error).toBeUndefined();
  expect(again.record).toMatchObject({ changes: [], changed: false });
});

test("counts requests in the group in production, and says that it changes", async () => {
  const { error, lines } = await stage.try({ ...range, "target-requests": "500" });
  expect(error).toBeUndefined();
  expect(lines).toMatch(/Requests are counted in blue, which the next blue\/green deployment takes out/);
  const [policy] = await policies();
  expect(
    policy?.TargetTrackingScalingPolicyConfiguration?.PredefinedMetricSpecification?.ResourceLabel,
  ).toMatch(/^app\/outside\/\w+\/targetgroup\/blue\/\w+$/);
});

test("starts more tasks for a minimum above the count, and waits until they serve", async () => {
  const { error, record } = await stage.try({ "minimum-tasks": "2", "maximum-tasks": "4" });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", now: { desired: 2, running: 2 } });
});

test("creates and removes step policies together with the alarms that start them", async () => {
  const { cloudwatch } = stage.simulator.aws;
  const set = await stage.try({ ...range, "step-policy": "cpu >= 70: +1\ncpu >= 85: +2\ncpu <= 20: -1" });
  expect(set.error).toBeUndefined();
  const put = await policies();
  expect(put.map(({ PolicyName }) => PolicyName)).toEqual(["cpu-out", "cpu-in"]);
  const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNamePrefix: "outside/web/" });
  expect(MetricAlarms).toMatchObject([
    {
      AlarmName: "outside/web/cpu-in",
      AlarmActions: [put[1]?.PolicyARN],
      Threshold: 20,
      EvaluationPeriods: 15,
      ComparisonOperator: "LessThanOrEqualToThreshold",
    },
    { AlarmName: "outside/web/cpu-out", AlarmActions: [put[0]?.PolicyARN], Threshold: 70 },
  ]);
  const removed = await stage.try({ autoscaling: "remove" });
  expect(removed.error).toBeUndefined();
  expect(await scalableTarget()).toBeUndefined();
  expect((await cloudwatch.describeAlarms({ AlarmNamePrefix: "outside/web/" })).MetricAlarms).toEqual([]);
});

describe("when suspended for a while", () => {
  test("keeps a count outside of the range, and somebody's earlier suspension", async () => {
    const before = { ...all(false), ScheduledScalingSuspended: true };
    await register({ SuspendedState: before, MaxCapacity: 2 });
    const suspend = await stage.try({ autoscaling: "suspend", "desired-count": "3" });
    expect(suspend.error).toBeUndefined();
    expect(await scalableTarget()).toMatchObject({ SuspendedState: all(true), MaxCapacity: 2 });
    expect(suspend.record.autoscalingBefore).toMatchObject({ SuspendedState: before });

    const output = JSON.stringify(suspend.record.autoscalingBefore);
    const resume = await stage.try({
      autoscaling: "resume",
      "autoscaling-before": output,
      "desired-count": "1",
    });
    expect(resume.error).toBeUndefined();
    expect(await scalableTarget()).toMatchObject({ SuspendedState: before });
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

describe("when suspended by a role that Application Auto Scaling refuses", () => {
  const deny = (...names: string[]) => {
    for (const name of names)
      stage.simulator.faults.add({ kind: "deny", operation: `applicationautoscaling:${name}` });
  };

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
      {
        onLine: (line) => {
          if (line.startsWith("Set the desired count")) void register({ MaxCapacity: 2 });
        },
      },
    );
    expect(record.status).toBe("superseded");
    expect(error?.message).toMatch(
      /in the meantime, by a person, another job, or autoscaling, which this role may/,
    );
  });

  test.each<[string, RegExp]>([
    [
      "RegisterScalableTarget",
      /The AWS role may not do this: .*RegisterScalableTarget.*; nothing was changed$/,
    ],
    ["DescribeScalingPolicies", /The AWS role may not do this: .*DescribeScalingPolicies/],
  ])("%s, stops because of an existing scalable target", async (name, message) => {
    await register();
    deny(name);
    const { error, record } = await stage.try({ autoscaling: "suspend", "desired-count": "2" });
    expect((explainAwsError(error) ?? error)?.message).toMatch(message);
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
});

test("fails when autoscaling moves the count meanwhile, and reports the cause", async () => {
  await register();
  const { error, record } = await stage.try(
    { "desired-count": "3" },
    {
      onLine: (line) => {
        if (line.startsWith("Set the desired count")) void register({ MaxCapacity: 2 });
      },
    },
  );
  expect(record.status).toBe("superseded");
  expect(error?.message).toMatch(
    /^The desired count of web was set from 3 to 2 in the meantime, by Application Auto Scaling: maximum capacity was set to 2 /,
  );
  expect(error?.nextStep).toMatch(/autoscaling: suspend/);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    "a count that autoscaling would move back",
    { "desired-count": "5" },
    /desired-count 5 is outside the range of 1 to 4 tasks/,
  ],
  [
    "a minimum above the existing maximum",
    { "minimum-tasks": "6" },
    /the minimum of 6 tasks would be more than the maximum, 4/,
  ],
])("refuses %s before anything is changed", async (_, given, message) => {
  await register();
  const { error, record } = await stage.try(given);
  expect(error?.message).toMatch(message);
  expect(error?.nextStep).toMatch(/nothing was changed/);
  expect(record.changed).toBe(false);
  expect(await scalableTarget()).toMatchObject({ MinCapacity: 1, MaxCapacity: 4 });
});

test("refuses a policy for a service without a range", async () => {
  const { error } = await stage.try({ "target-cpu": "50" });
  expect(error?.message).toMatch(/the service has no autoscaling yet/);
});

test("restores range, suspension, policies and alarms with on-failure: restore", async () => {
  const { cloudwatch } = stage.simulator.aws;
  const steps = (threshold: number) => `cpu >= ${threshold}: +1`;
  const set = await stage.try({ ...range, "target-cpu": "60", "step-policy": steps(70) });
  expect(set.error).toBeUndefined();
  const before = { target: await scalableTarget(), policies: await policies() };

  await stage.push("crash");
  const { error } = await stage.try({
    "minimum-tasks": "2",
    "maximum-tasks": "9",
    "desired-count": "3",
    "target-cpu": "20",
    "target-memory": "50",
    "step-policy": steps(50),
    "max-failed-tasks": "1",
    "on-failure": "restore",
  });
  expect(error?.message).toMatch(/\(on-failure: restore\)$/);
  const settings = ({ PolicyName, ...policy }: Awaited<ReturnType<typeof policies>>[number]) => [
    PolicyName,
    policy.TargetTrackingScalingPolicyConfiguration ?? policy.StepScalingPolicyConfiguration,
  ];
  expect(await scalableTarget()).toEqual(before.target);
  expect((await policies()).map(settings)).toEqual(before.policies.map(settings));
  const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNamePrefix: "outside/web/" });
  expect(MetricAlarms).toMatchObject([{ AlarmName: "outside/web/cpu-out", Threshold: 70 }]);
  await stage.simulator.clock.until(async () => (await stage.service()).desired === 1);
});

test("leaves a failed service without autoscaling when it had none", async () => {
  await stage.push("crash");
  const { error } = await stage.try({
    ...range,
    "desired-count": "2",
    "max-failed-tasks": "1",
    "on-failure": "restore",
  });
  expect(error?.message).toMatch(/being scaled back to 1 \(on-failure: restore\)$/);
  expect(await scalableTarget()).toBeUndefined();
});
