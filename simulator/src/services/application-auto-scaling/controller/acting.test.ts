import { describe, expect, it } from "vitest";
import { webDimensions } from "../../../outside-clients/delivery.support.ts";
import { fixtureOfEachTest, target } from "./fixture.support.ts";

const fixture = fixtureOfEachTest();

describe("a range", () => {
  it("changes a desired count outside of it, and reports why", async () => {
    await fixture().register(2, 4);
    await fixture().eventually(async () => expect(await fixture().desired()).toBe(2));
    await fixture().register(0, 0);
    await fixture().eventually(async () => expect(await fixture().desired()).toBe(0));
    await fixture().eventually(async () =>
      expect(await fixture().activities()).toMatchObject([
        { Description: "Setting desired count to 0.", Cause: "maximum capacity was set to 0" },
        { Description: "Setting desired count to 2.", Cause: "minimum capacity was set to 2" },
      ]),
    );
    await fixture().eventually(async () =>
      expect((await fixture().activities())[0]).toMatchObject({
        StatusCode: "Successful",
        StatusMessage: "Successfully set desired count to 0. Change successfully fulfilled by ecs.",
      }),
    );
  });

  it("does not change a count that a user sets later, inside or outside of it", async () => {
    await fixture().register(1, 2);
    await fixture().setDesired(3);
    await fixture().minutes(5);
    expect(await fixture().desired()).toBe(3);
  });
});

describe("target tracking", () => {
  const cpu = {
    TargetValue: 60,
    PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" as const },
    ScaleInCooldown: 0,
  };
  const alarmNames = async () =>
    (await fixture().cloudwatch.describeAlarms({ AlarmNamePrefix: "TargetTracking-" })).MetricAlarms ?? [];

  it("creates its alarms, new ones when it changes, and deletes them with itself", async () => {
    await fixture().register(1, 4);
    const { PolicyARN, Alarms } = await fixture().track("cpu", cpu);
    const [high, low] = await alarmNames();
    const common = {
      Namespace: "AWS/ECS",
      MetricName: "CPUUtilization",
      Dimensions: webDimensions,
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
    const { Alarms: changed } = await fixture().track("cpu", {
      ...cpu,
      TargetValue: 50,
      DisableScaleIn: true,
    });
    expect((await alarmNames()).map(({ AlarmName, Threshold }) => [AlarmName, Threshold])).toEqual([
      [changed?.[0]?.AlarmName, 50],
    ]);
    await fixture().track("memory", {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageMemoryUtilization" },
    });
    await fixture().scaling.deleteScalingPolicy({ ...target, PolicyName: "memory" });
    expect(await alarmNames()).toHaveLength(1);
    await fixture().scaling.deregisterScalableTarget(target);
    expect(await alarmNames()).toEqual([]);
  });

  it("scales out by the CPU that its tasks use, and in again", async () => {
    await fixture().register(1, 2);
    await fixture().track("cpu", cpu);
    await fixture().serves(1);
    await fetch(fixture().url("/busy"));
    await fixture().settlesAt(2);
    await fetch(fixture().url("/busy"));
    await fixture().eventually(async () =>
      expect((await fixture().activities(true))[0]).toMatchObject({
        Description: "Attempting to scale due to alarm triggered",
        Cause: expect.stringContaining("-AlarmHigh-"),
        StatusCode: "Failed",
        NotScaledReasons: [{ Code: "AlreadyAtMaxCapacity", MaxCapacity: 2 }],
      }),
    );
    await fixture().serves(2);
    for (let task = 0; task < 2; task++) await fetch(fixture().url("/idle"));
    await fixture().settlesAt(1);
    expect(await fixture().activities()).toMatchObject([
      { Cause: expect.stringContaining("-AlarmLow-") },
      { Cause: expect.stringContaining("-AlarmHigh-") },
    ]);
  });

  it("is triggered manually, and does nothing while scaling out is suspended", async () => {
    await fixture().register(1, 4);
    const suspend = (DynamicScalingOutSuspended: boolean) =>
      fixture().scaling.registerScalableTarget({ ...target, SuspendedState: { DynamicScalingOutSuspended } });
    const { Alarms = [] } = await fixture().track("cpu", cpu);
    const drill = () =>
      fixture().cloudwatch.setAlarmState({
        AlarmName: Alarms[0]?.AlarmName,
        StateValue: "ALARM",
        StateReason: "a drill",
      });
    await suspend(true);
    await drill();
    await fixture().minutes(5);
    expect(await fixture().desired()).toBe(1);
    await suspend(false);
    await drill();
    await fixture().eventually(async () =>
      expect((await fixture().activities())[0]?.Cause).toContain("-AlarmHigh-"),
    );
  });

  it("of a metric that another policy tracks is refused", async () => {
    await fixture().register(1, 4);
    await fixture().track("cpu", cpu);
    await expect(fixture().track("again", cpu)).rejects.toThrow(
      "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
    );
  });

  it("does not scale in during a deployment, and does after it", async () => {
    await fixture().setDesired(2);
    await fixture().settlesAt(2);
    await fixture().serves(2);
    await fixture().register(1, 4);
    const { codedeploy } = fixture().simulator.aws;
    await codedeploy.updateDeploymentGroup({
      applicationName: "outside",
      currentDeploymentGroupName: "web",
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 30 },
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
      },
    });
    const content = JSON.stringify(fixture().delivery.appSpec(fixture().delivery.taskDefinitions[1]));
    const { deploymentId } = await codedeploy.createDeployment({
      applicationName: "outside",
      deploymentGroupName: "web",
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
    });
    const status = async () => (await codedeploy.getDeployment({ deploymentId })).deploymentInfo?.status;
    // Its tasks are idle: the lower alarm is in ALARM as soon as there are enough minutes.
    await fixture().track("cpu", cpu);
    await fixture().eventually(async () =>
      expect((await fixture().activities(true))[0]).toMatchObject({
        Cause: expect.stringContaining("-AlarmLow-"),
        StatusCode: "Failed",
        NotScaledReasons: [{ Code: "TargetServicePutResourceAsUnscalable" }],
      }),
    );
    expect(await fixture().desired()).toBe(2);
    await fixture().eventually(async () => expect(await status()).toBe("Succeeded"));
    await fixture().settlesAt(1);
    expect(await fixture().activities()).toMatchObject([{ Cause: expect.stringContaining("-AlarmLow-") }]);
  });
});
