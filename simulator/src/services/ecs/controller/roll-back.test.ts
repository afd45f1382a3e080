import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { blueGreen, pauseAt, useRehearsal } from "./rehearsal.support.ts";

const rehearsal = useRehearsal();
const { answers, bakes, ends, eventually, pauses, serve } = rehearsal;

describe("a deployment is rolled back, and no request fails,", () => {
  it.each<[string, () => Promise<void>]>([
    [
      "when it is stopped",
      async () => {
        const { serviceDeploymentArn } = await rehearsal.fixture.newest();
        await rehearsal.fixture.ecs.stopServiceDeployment({ serviceDeploymentArn, stopType: "ROLLBACK" });
      },
    ],
    ["when its hook requests it", () => rehearsal.fixture.answerPause("ROLLBACK")],
  ])("%s after production has been shifted", async (_, act) => {
    const load = await serve({
      ...blueGreen,
      bakeTimeInMinutes: 60,
      ...pauseAt("POST_PRODUCTION_TRAFFIC_SHIFT"),
    });
    await rehearsal.fixture.deploy("2");
    await pauses();
    await eventually(async () => expect(load.answers.at(-1)).toBe("2"));
    await act();
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await rehearsal.fixture.weights("production")).toEqual({ blue: 0, green: 100 });
    expect(new Set(await answers(rehearsal.fixture.productionUrl, 10))).toEqual(new Set(["1"]));
    const [newest, first] = await rehearsal.fixture.deployments();
    expect(newest).toMatchObject({
      rollback: { serviceRevisionArn: first?.targetServiceRevision?.arn, startedAt: expect.any(Date) },
      statusReason: expect.stringMatching(/^Service deployment rolled back because/),
    });
    expect(await rehearsal.fixture.service()).toMatchObject({
      runningCount: 1,
      taskDefinition: expect.stringMatching(/web:1$/),
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }],
    });
    await load.stop();
    expect(load.failures).toEqual([]);
  });

  it("when its hook is not answered in time", async () => {
    const hook = {
      targetType: "PAUSE" as const,
      lifecycleStages: ["POST_SCALE_UP" as const],
      timeoutConfiguration: { timeoutInMinutes: 1 },
    };
    const load = await serve({ ...blueGreen, lifecycleHooks: [hook] });
    await rehearsal.fixture.deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await rehearsal.fixture.newest()).toMatchObject({
      lifecycleHookDetails: [{ status: "TIMED_OUT", timeoutAction: "ROLLBACK" }],
      statusReason: expect.stringContaining("because POST_SCALE_UP lifecycle hook(s) failed."),
    });
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1"]));
  });

  it("when its tasks never become healthy", async () => {
    const load = await serve({
      ...blueGreen,
      deploymentCircuitBreaker: { enable: true, rollback: true },
    });
    await rehearsal.fixture.deploy("crash");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await rehearsal.fixture.newest()).toMatchObject({
      deploymentCircuitBreaker: { status: "TRIGGERED" },
    });
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(new Set(load.answers)).toEqual(new Set(["1"]));
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
    await rehearsal.fixture.deploy("2");
    await (configuration.lifecycleHooks ? pauses() : bakes());
    await eventually(async () => expect(load.answers.at(-1)).toBe(serving));
    await setAlarm("errors", "ALARM");
    await ends("ROLLBACK_SUCCESSFUL");
    expect(await rehearsal.fixture.newest()).toMatchObject({
      alarms: { status: "TRIGGERED", triggeredAlarmNames: ["errors"] },
      statusReason: expect.stringContaining("errors"),
    });
    expect(new Set(await answers(rehearsal.fixture.productionUrl, 10))).toEqual(new Set(["1"]));
    await load.stop();
    expect(load.failures).toEqual([]);
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
        const Actions = [{ Type: "forward" as const, TargetGroupArn: rehearsal.fixture.groups.green }];
        await rehearsal.fixture.simulator.aws.elbv2.modifyRule({
          RuleArn: rehearsal.fixture.rules.test,
          Actions,
        });
      },
      /configuration: Target group \S+blue\S+ is not associated with either/,
    ],
    [
      "a rule was deleted",
      () => rehearsal.fixture.simulator.aws.elbv2.deleteRule({ RuleArn: rehearsal.fixture.rules.test }),
      /invalid networking configuration\. /,
    ],
  ])("when %s", async (_, change, reason) => {
    await serve(blueGreen);
    await change();
    await rehearsal.fixture.deploy("2");
    await ends("ROLLBACK_SUCCESSFUL");
    expect((await rehearsal.fixture.newest()).statusReason).toMatch(reason);
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
    await rehearsal.fixture.deploy("2");
    await ends("SUCCESSFUL");
    expect((await rehearsal.fixture.newest()).alarms).toMatchObject({
      status: "DISABLED",
      triggeredAlarmNames: [],
    });
  });

  it("stops a rolling update without rollback, for as long as an evaluation needs", async () => {
    await putAlarm("errors");
    await rehearsal.fixture.create({ alarms: { alarmNames: ["errors"], enable: true, rollback: false } });
    await eventually(async () => expect((await rehearsal.fixture.service()).runningCount).toBe(1));
    await setAlarm("errors", "ALARM");
    await ends("STOPPED");
    const [rollout] = (await rehearsal.fixture.service()).deployments ?? [];
    expect(rollout).toMatchObject({
      rolloutState: "FAILED",
      rolloutStateReason: "ECS deployment failed: alarm detected.",
    });
  });
});

/** Creates an alarm of a metric that is never published: only `setAlarm` changes it. */
const putAlarm = (AlarmName: string) =>
  rehearsal.fixture.simulator.aws.cloudwatch.putMetricAlarm({
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
  rehearsal.fixture.simulator.aws.cloudwatch.setAlarmState({ AlarmName, StateValue, StateReason: "a drill" });

function forwardProduction(weights: Record<string, number>) {
  const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({
    TargetGroupArn,
    Weight,
  }));
  const [ListenerArn] =
    rehearsal.fixture.rules.production.replace(":listener-rule/", ":listener/").match(/.*(?=\/)/) ?? [];
  return rehearsal.fixture.simulator.aws.elbv2.modifyListener({
    ListenerArn,
    DefaultActions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
  });
}
