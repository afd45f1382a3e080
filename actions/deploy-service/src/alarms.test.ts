import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deploy } from "./deploy.ts";
import { createWaitingEcsStage } from "./ecs/stage.support.ts";
import { newRecord } from "./record.ts";
import { createWaitingStage, longestWaitMinutes as minutes, type Stage } from "./stage.support.ts";

const ofEcs = (configuration: DeploymentConfiguration) => () => createWaitingEcsStage(configuration);
const kinds: [string, () => Promise<Stage>, RegExp][] = [
  ["CodeDeploy", createWaitingStage, /traffic: old 0 %, new 100 %/],
  [
    "ECS BLUE_GREEN",
    ofEcs({ strategy: "BLUE_GREEN", bakeTimeInMinutes: minutes }),
    /traffic: old 0 %, new 100 %/,
  ],
  [
    "an ECS CANARY",
    ofEcs({
      strategy: "CANARY",
      bakeTimeInMinutes: 0,
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: minutes },
    }),
    /traffic: old 90 %, new 10 %/,
  ],
];

describe.each(kinds)("an alarm during a deployment by %s", (_, create, moment) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await create();
    await stage.simulator.aws.cloudwatch.putMetricAlarm({
      AlarmName: "errors",
      Namespace: "Shop",
      MetricName: "NobodyPublishesIt",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
      // The state that a test sets stays until the test is over.
      TreatMissingData: "ignore",
    });
  });
  afterAll(() => stage?.close());

  test("rolls it back, is the cause, and leaves production as it was", async () => {
    const page = async () => (await fetch(stage.productionUrl)).text();
    await expect.poll(page, { timeout: 10_000 }).toBe("1");
    const world = stage.world();
    const record = newRecord("", "web");
    world.log.info = (line: string) => {
      if (!moment.test(line)) return;
      void stage.simulator.aws.cloudwatch.setAlarmState({
        AlarmName: "errors",
        StateValue: "ALARM",
        StateReason: "A test wants it.",
      });
    };
    const file = await stage.taskDefinition("two");
    const inputs = stage.inputs(file, { rollbackOnAlarm: ["errors"] });
    await expect(deploy(world, inputs, record)).rejects.toThrow(
      /^Alarm errors went off during the deployment \(.*; production still runs web:\d+\)$/,
    );
    expect(record).toMatchObject({
      status: "rolled-back",
      cause: "Alarm errors went off during the deployment",
    });
    await expect.poll(page, { timeout: 10_000 }).toBe("1");
  });
});
