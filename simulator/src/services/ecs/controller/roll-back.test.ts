import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { blueGreen, pauseAt, useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { answerPause, bakes, create, deploy, deployments, ends, eventually, newest, noneFailed } = rehearsal;
const { pauses, serve, served, service, weights } = rehearsal;

describe("a deployment is rolled back, and no request fails,", () => {
  it.each<[string, () => Promise<void>]>([
    [
      "when it is stopped",
      async () => {
        const { serviceDeploymentArn } = await newest();
        await rehearsal.aws.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ROLLBACK" });
      },
    ],
    ["when its hook requests it", () => answerPause("ROLLBACK")],
  ])("%s after production has been shifted", async (_, act) => {
    const load = await serve({
      ...blueGreen,
      bakeTimeInMinutes: 60,
      ...pauseAt("POST_PRODUCTION_TRAFFIC_SHIFT"),
    });
    await deploy("2");
    await pauses();
    await eventually(async () => expect(load.answers.at(-1)).toBe("2"));
    await act();
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await weights()).toEqual({ blue: 0, green: 100 });
    expect(await served()).toEqual(["1"]);
    const [newest, first] = await deployments();
    expect(newest).toMatchObject({
      rollback: { serviceRevisionArn: first?.targetServiceRevision?.arn, startedAt: expect.any(Date) },
      statusReason: expect.stringMatching(/^Service deployment rolled back because/),
    });
    expect(await service()).toMatchObject({
      runningCount: 1,
      taskDefinition: expect.stringMatching(/web:1$/),
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }],
    });
    await noneFailed();
  });

  it("when its hook is not answered in time", async () => {
    const hook = {
      targetType: "PAUSE" as const,
      lifecycleStages: ["POST_SCALE_UP" as const],
      timeoutConfiguration: { timeoutInMinutes: 1 },
    };
    await serve({ ...blueGreen, lifecycleHooks: [hook] });
    await deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await newest()).toMatchObject({
      lifecycleHookDetails: [{ status: "TIMED_OUT", timeoutAction: "ROLLBACK" }],
      statusReason: expect.stringContaining("because POST_SCALE_UP lifecycle hook(s) failed."),
    });
    await noneFailed("1");
  });

  it("when its tasks never become healthy", async () => {
    await serve({
      ...blueGreen,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    });
    await deploy("crash");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await newest()).toMatchObject({
      deploymentCircuitBreaker: { status: "TRIGGERED" },
    });
    await noneFailed("1");
  });

  it.each<[string, DeploymentConfiguration, string]>([
    ["before production is shifted", pauseAt("POST_SCALE_UP"), "1"],
    ["while it bakes", { bakeTimeInMinutes: 60 }, "2"],
  ])("when an alarm goes off %s", async (_, configuration, serving) => {
    await putAlarm("errors");
    const load = await serve({
      ...blueGreen,
      alarms: { alarmNames: ["errors", "made-later"], enable: true, rollback: true },
      ...configuration,
    });
    await deploy("2");
    await (configuration.lifecycleHooks ? pauses() : bakes());
    await eventually(async () => expect(load.answers.at(-1)).toBe(serving));
    await setAlarm("errors", "ALARM");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await newest()).toMatchObject({
      alarms: { status: "TRIGGERED", triggeredAlarmNames: ["errors"] },
      statusReason: expect.stringContaining("errors"),
    });
    expect(await served()).toEqual(["1"]);
    await noneFailed();
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "two target groups get production traffic",
      () => forwardProduction({ [rehearsal.fixture.groups.blue]: 50, [rehearsal.fixture.groups.green]: 50 }),
      /should have exactly one target group serving traffic but found 2/,
    ],
    [
      "the test rule leaves the other target group out",
      async () => {
        await forwardProduction({ [rehearsal.fixture.groups.green]: 1 });
        const { groups, rules } = rehearsal.fixture;
        const Actions = [{ Type: "forward" as const, TargetGroupArn: groups.green }];
        await rehearsal.aws.elbv2.modifyRule({ RuleArn: rules.test, Actions });
      },
      /configuration: Target group \S+blue\S+ is not associated with either/,
    ],
    [
      "a rule was deleted",
      () => rehearsal.aws.elbv2.deleteRule({ RuleArn: rehearsal.fixture.rules.test }),
      /invalid networking configuration\. /,
    ],
  ])("when %s", async (_, change, reason) => {
    await serve(blueGreen);
    await change();
    await deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    expect((await newest()).statusReason).toMatch(reason);
  });
});

describe("an alarm", () => {
  it("that is in ALARM from the start is not watched", async () => {
    await putAlarm("errors");
    await serve({
      ...blueGreen,
      bakeTimeInMinutes: 5,
      alarms: { alarmNames: ["errors"], enable: true, rollback: true },
    });
    await setAlarm("errors", "ALARM");
    await deploy("2");
    await ends("SUCCESSFUL");
    expect((await newest()).alarms).toMatchObject({ status: "DISABLED", triggeredAlarmNames: [] });
  });

  it("stops a rolling update without rollback, for as long as an evaluation needs", async () => {
    await putAlarm("errors");
    await create({ alarms: { alarmNames: ["errors"], enable: true, rollback: false } });
    await eventually(async () => expect((await service()).runningCount).toBe(1));
    await setAlarm("errors", "ALARM");
    await ends("STOPPED");
    const [rollout] = (await service()).deployments ?? [];
    expect(rollout).toMatchObject({
      rolloutState: "FAILED",
      rolloutStateReason: "ECS deployment failed: alarm detected.",
    });
  });
});

/** Creates an alarm of a metric that is never published: only `setAlarm` changes it. */
const putAlarm = (AlarmName: string) =>
  rehearsal.aws.cloudwatch.putMetricAlarm({
    AlarmName,
    Namespace: "Test",
    MetricName: "Errors",
    Statistic: "Sum",
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: 0,
    Period: 60,
    EvaluationPeriods: 60,
    TreatMissingData: "ignore",
  });
const setAlarm = (AlarmName: string, StateValue: "ALARM" | "OK") =>
  rehearsal.aws.cloudwatch.setAlarmState({ AlarmName, StateValue, StateReason: "a drill" });

function forwardProduction(weights: Record<string, number>) {
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
    TargetGroupArn,
    Weight,
  }));
  const [ListenerArn] =
    rehearsal.fixture.rules.production.replace(":listener-rule/", ":listener/").match(/.*(?=\/)/) ?? [];
  return rehearsal.aws.elbv2.modifyListener({
    ListenerArn,
    DefaultActions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
  });
}
