import type { DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createWaitingEcsStage } from "../ecs/stage.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { readRun } from "../order/run.ts";
import { DeploymentRecord } from "../record.ts";
import { createStage, type Stage } from "../stage.support.ts";

const minutes = 30;
const ready = { waitUntil: "ready", settleMs: 1_000 } as const;

const pausing: DeploymentConfiguration = {
  strategy: "BLUE_GREEN",
  bakeTimeInMinutes: 1,
  lifecycleHooks: [
    {
      targetType: "PAUSE",
      lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
      timeoutConfiguration: { timeoutInMinutes: minutes, action: "ROLLBACK" },
    },
  ],
};

/** Makes CodeDeploy wait before it reroutes the traffic. */
async function createGroupStage(): Promise<Stage> {
  const stage = await createStage();
  await stage.simulator.aws.codedeploy.updateDeploymentGroup({
    applicationName: "outside",
    currentDeploymentGroupName: "web",
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 1 },
      deploymentReadyOption: { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: minutes },
    },
  });
  return stage;
}

const runOf = (number: number, workflow = "deploy.yml") =>
  readRun({
    GITHUB_REPOSITORY: "octocat/shop",
    GITHUB_WORKFLOW_REF: `octocat/shop/.github/workflows/${workflow}@refs/heads/main`,
    GITHUB_RUN_NUMBER: String(number),
    GITHUB_SHA: "0".repeat(40),
  });

describe.each([
  ["CodeDeploy", createGroupStage],
  ["ECS", () => createWaitingEcsStage(pausing)],
] as const)("a gate under %s", (_kind, create) => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await create();
  });
  afterEach(() => stage?.close());

  const begin = (version: string, number = 1, changes: Partial<DeployInputs> = {}) =>
    stage.deploy(version, { ...ready, ...changes }, { run: runOf(number) });
  const goOn = (number = 1, revision = "", workflow?: string) =>
    stage.deploy(
      "unused",
      { mode: "continue", source: { revision }, settleMs: 1_000 },
      { run: runOf(number, workflow), record: new DeploymentRecord("", "web") },
    );

  test("waits with healthy new tasks behind the test listener, and continues to the verdict", async () => {
    const { record, error, lines } = await begin("green");
    expect(error).toBeUndefined();
    expect(record).toMatchObject({ status: "ready", changed: true, production: [record.revisionBefore] });
    expect(record.testUrl).toMatch(/^http:\/\/.+\.elb\.amazonaws\.com:8080\/$/);
    expect(record.durations.ready).toBeDefined();
    expect(lines).toMatch(/waits before the traffic shift until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(await stage.page()).not.toBe("green");

    const again = await begin("green");
    expect(again.error).toBeUndefined();
    expect(again.record).toMatchObject({
      status: "ready",
      deploymentId: record.deploymentId,
      revisionBefore: record.revisionBefore,
      testUrl: record.testUrl,
      changed: false,
    });
    const other = await begin("other", 2);
    expect(other.error?.message).toMatch(/deployment \S+ of web:\d+ waits before the traffic shift until/);
    expect(other.error?.nextStep).toMatch(/mode: continue, revision: web:\d+/);

    const continued = await goOn(2);
    expect(continued.error?.message).toContain("This run 2 has begun no deployment of web to continue");
    const done = await goOn();
    expect(done.error).toBeUndefined();
    expect(done.record).toMatchObject({
      status: "succeeded",
      changed: true,
      revisionBefore: record.revisionBefore,
      revisionAfter: record.revisionAfter,
      deploymentId: record.deploymentId,
    });
    expect(await stage.page()).toBe("green");

    const twice = await goOn();
    expect(twice.record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
    expect(twice.record.notes.join()).toMatch(/Nothing waits: web already runs web:\d+/);
  });
});
