import { beforeEach, describe, expect, it } from "vitest";
import { target, worldOfEachTest } from "./world.support.ts";

const world = worldOfEachTest();

const step = (ScalingAdjustment: number, more: object = {}) => ({
  AdjustmentType: "ChangeInCapacity" as const,
  StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment }],
  Cooldown: 0,
  ...more,
});

describe("a range", () => {
  it("changes a desired count outside of it, and reports why", async () => {
    await world().register(2, 4);
    await world().eventually(async () => expect(await world().desired()).toBe(2));
    await world().register(0, 0);
    await world().eventually(async () => expect(await world().desired()).toBe(0));
    await world().eventually(async () =>
      expect(await world().activities()).toMatchObject([
        { Description: "Setting desired count to 0.", Cause: "maximum capacity was set to 0" },
        { Description: "Setting desired count to 2.", Cause: "minimum capacity was set to 2" },
      ]),
    );
    await world().eventually(async () =>
      expect((await world().activities())[0]).toMatchObject({
        StatusCode: "Successful",
        StatusMessage: "Successfully set desired count to 0. Change successfully fulfilled by ecs.",
      }),
    );
  });

  it("does not change a count that a user sets later, inside or outside of it", async () => {
    await world().register(1, 2);
    await world().setDesired(3);
    await world().minutes(5);
    expect(await world().desired()).toBe(3);
  });
});

describe("a step policy", () => {
  beforeEach(() => world().register(1, 4));

  it("is triggered by a user's alarm, each minute until it is over or at the maximum", async () => {
    const arn = await world().stepOn("queue", step(1));
    const { ScalingPolicies } = await world().scaling.describeScalingPolicies({ ServiceNamespace: "ecs" });
    expect(ScalingPolicies?.[0]?.Alarms).toMatchObject([{ AlarmName: "queue" }]);
    await world().queue(11);
    await world().eventually(async () => expect(await world().desired()).toBe(4));
    const cause = "monitor alarm queue in state ALARM triggered policy queue";
    await world().eventually(async () =>
      expect((await world().activities(true))[0]).toMatchObject({
        Description: "Attempting to scale due to alarm triggered",
        Cause: cause,
        StatusCode: "Failed",
        NotScaledReasons: [{ Code: "AlreadyAtMaxCapacity", MaxCapacity: 4 }],
      }),
    );
    expect((await world().activities()).map(({ Cause, Description }) => [Cause, Description])).toEqual([
      [cause, "Setting desired count to 4."],
      [cause, "Setting desired count to 3."],
      [cause, "Setting desired count to 2."],
    ]);
    const { AlarmHistoryItems } = await world().cloudwatch.describeAlarmHistory({ AlarmName: "queue" });
    expect(AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toContain(
      `Successfully executed action ${arn}`,
    );
  });

  it("uses the step for the distance of its metric from the threshold", async () => {
    await world().stepOn("queue", {
      ...step(1, { Cooldown: 3600 }),
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 10, ScalingAdjustment: 2 },
      ],
    });
    await world().queue(20);
    await world().settlesAt(3);
  });

  it("adds in its cooldown only the difference to a larger step", async () => {
    await world().stepOn("queue", {
      ...step(1, { Cooldown: 36_000 }),
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 10, ScalingAdjustment: 2 },
      ],
    });
    await world().queue(11);
    await world().settlesAt(2);
    await world().minutes(5);
    expect(await world().desired()).toBe(2);
    await world().queue(30);
    await world().settlesAt(3);
    await world().minutes(5);
    expect(await world().desired()).toBe(3);
  });

  it("is triggered manually", async () => {
    await world().stepOn("queue", step(1, { Cooldown: 36_000 }));
    await world().cloudwatch.setAlarmState({
      AlarmName: "queue",
      StateValue: "ALARM",
      StateReason: "a drill",
    });
    await world().settlesAt(2);
  });

  it("does nothing while its alarm's actions are disabled, or scaling out is suspended", async () => {
    await world().stepOn("queue", step(1, { Cooldown: 36_000 }));
    await world().cloudwatch.disableAlarmActions({ AlarmNames: ["queue"] });
    await world().queue(11);
    await world().minutes(5);
    expect(await world().desired()).toBe(1);
    const suspend = (DynamicScalingOutSuspended: boolean) =>
      world().scaling.registerScalableTarget({ ...target, SuspendedState: { DynamicScalingOutSuspended } });
    await suspend(true);
    await world().cloudwatch.enableAlarmActions({ AlarmNames: ["queue"] });
    await world().minutes(5);
    expect(await world().desired()).toBe(1);
    // A breach that is still there counts when scaling resumes.
    await suspend(false);
    await world().settlesAt(2);
  });

  it("and another, at the same time, result in the larger count", async () => {
    await world().stepOn("one", step(1, { Cooldown: 36_000 }));
    await world().stepOn("two", step(2, { Cooldown: 36_000 }));
    await world().queue(11);
    await world().settlesAt(3);
    await world().minutes(5);
    expect(await world().activities()).toMatchObject([
      { Cause: "monitor alarm two in state ALARM triggered policy two" },
    ]);
  });
});

describe("target tracking", () => {
  const cpu = {
    TargetValue: 60,
    PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" as const },
    ScaleInCooldown: 0,
  };
  const alarmNames = async () =>
    (await world().cloudwatch.describeAlarms({ AlarmNamePrefix: "TargetTracking-" })).MetricAlarms ?? [];

  it("creates its alarms, new ones when it changes, and deletes them with itself", async () => {
    await world().register(1, 4);
    const { PolicyARN, Alarms } = await world().track("cpu", cpu);
    const [high, low] = await alarmNames();
    const common = {
      Namespace: "AWS/ECS",
      MetricName: "CPUUtilization",
      Dimensions: [
        { Name: "ClusterName", Value: "outside" },
        { Name: "ServiceName", Value: "web" },
      ],
      Statistic: "Average",
      Period: 60,
      AlarmActions: [expect.stringContaining(`${PolicyARN}:createdBy/`)],
      AlarmDescription: expect.stringContaining(
        `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${PolicyARN}`,
      ),
    };
    expect(high).toMatchObject({
      ...common,
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 3,
      Threshold: 60,
    });
    expect(low).toMatchObject({
      ...common,
      ComparisonOperator: "LessThanThreshold",
      EvaluationPeriods: 15,
      Threshold: 54,
    });
    expect(Alarms?.map(({ AlarmARN }) => AlarmARN)).toEqual([high?.AlarmArn, low?.AlarmArn]);
    const { Alarms: changed } = await world().track("cpu", { ...cpu, TargetValue: 50, DisableScaleIn: true });
    expect((await alarmNames()).map(({ AlarmName, Threshold }) => [AlarmName, Threshold])).toEqual([
      [changed?.[0]?.AlarmName, 50],
    ]);
    await world().track("memory", {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageMemoryUtilization" },
    });
    await world().scaling.deleteScalingPolicy({ ...target, PolicyName: "memory" });
    expect(await alarmNames()).toHaveLength(1);
    await world().scaling.deregisterScalableTarget(target);
    expect(await alarmNames()).toEqual([]);
  });

  it("scales out by the CPU that its tasks use, and in again", async () => {
    await world().register(1, 4);
    await world().track("cpu", cpu);
    await world().serves(1);
    await fetch(world().url("/busy"));
    await world().settlesAt(2);
    await world().serves(2);
    for (let task = 0; task < 2; task++) await fetch(world().url("/idle"));
    await world().settlesAt(1);
    expect(await world().activities()).toMatchObject([
      { Cause: expect.stringContaining("-AlarmLow-") },
      { Cause: expect.stringContaining("-AlarmHigh-") },
    ]);
  });

  it("of a metric that another policy tracks is refused", async () => {
    await world().register(1, 4);
    await world().track("cpu", cpu);
    await expect(world().track("again", cpu)).rejects.toThrow(
      "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
    );
  });

  it("does not scale in during a deployment, and does after it", async () => {
    await world().setDesired(2);
    await world().settlesAt(2);
    await world().serves(2);
    await world().register(1, 4);
    const { codedeploy } = world().simulator.aws;
    await codedeploy.updateDeploymentGroup({
      applicationName: "outside",
      currentDeploymentGroupName: "web",
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 30 },
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
      },
    });
    const content = JSON.stringify(world().delivery.appSpec(world().delivery.taskDefinitions[1]));
    const { deploymentId } = await codedeploy.createDeployment({
      applicationName: "outside",
      deploymentGroupName: "web",
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
    });
    const status = async () => (await codedeploy.getDeployment({ deploymentId })).deploymentInfo?.status;
    // Its tasks are idle: the lower alarm is in ALARM as soon as there are enough minutes.
    await world().track("cpu", cpu);
    await world().eventually(async () =>
      expect((await world().activities(true))[0]).toMatchObject({
        Cause: expect.stringContaining("-AlarmLow-"),
        StatusCode: "Failed",
        NotScaledReasons: [{ Code: "TargetServicePutResourceAsUnscalable" }],
      }),
    );
    expect(await world().desired()).toBe(2);
    await world().eventually(async () => expect(await status()).toBe("Succeeded"));
    await world().settlesAt(1);
    expect(await world().activities()).toMatchObject([{ Cause: expect.stringContaining("-AlarmLow-") }]);
  });
});
