import { readFileSync } from "node:fs";
import type { DeploymentLifecycleHook } from "@aws-sdk/client-ecs";
import { deploymentsOf } from "@ecs-delivery/simulator/services/ecs/controller/fixture.support";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Given, runEntry } from "../../core/entry.support.ts";
import { createWaitingEcsStage, pausingFor } from "../ecs/stage.support.ts";
import type { DeployInputs } from "../inputs.ts";
import { readRun } from "../order/run.ts";
import { commitTagKey } from "../order/run-tag.ts";
import { DeploymentRecord } from "../record.ts";
import { createGatedStage, createStage, readTag, type Stage } from "../stage.support.ts";

const minutes = 30;
const ready = { waitUntil: "ready", settleMs: 1_000 } as const;

const pausing = pausingFor(minutes);

const commit = "0".repeat(40);
const runOf = (number: number, workflow = "deploy.yml") =>
  readRun({
    GITHUB_REPOSITORY: "octocat/shop",
    GITHUB_WORKFLOW_REF: `octocat/shop/.github/workflows/${workflow}@refs/heads/main`,
    GITHUB_RUN_NUMBER: String(number),
    GITHUB_SHA: commit,
  });

describe.each([
  ["CodeDeploy", () => createGatedStage(minutes)],
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
    const planned = await begin("green", 1, { mode: "plan", waitUntil: "complete" });
    expect(planned.lines).toMatch(
      /eployment \S+ of web:\d+ waits before the traffic shift until .*: mode: continue/,
    );
    expect(planned.record.revisionBefore).toBe(record.revisionBefore);
    expect(planned.record.plan?.revisionChanges.join()).toContain('VERSION].value: "1" → "green"');
    const other = await begin("other", 2);
    expect(other.error?.message).toMatch(/deployment \S+ of web:\d+ waits before the traffic shift until/);
    expect(other.error?.nextStep).toMatch(/mode: continue, revision: web:\d+/);

    const continued = await goOn(2);
    expect(continued.error?.message).toContain("This run 2 has begun no deployment of web to continue");
    const elsewhere = await goOn(1, "", "other.yml");
    expect(elsewhere.error?.message).toContain("This run 1 has begun no deployment of web to continue");
    expect(await readTag(stage, commitTagKey)).not.toBe(commit);
    const done = await goOn();
    expect(done.error).toBeUndefined();
    expect(done.record).toMatchObject({
      status: "succeeded",
      changed: true,
      revisionBefore: record.revisionBefore,
      revisionAfter: record.revisionAfter,
      deploymentId: record.deploymentId,
      findings: [],
    });
    expect(done.record.plan?.revisionChanges.join()).toContain('VERSION].value: "1" → "green"');
    expect(await stage.page()).toBe("green");
    expect(await readTag(stage, commitTagKey)).toBe(commit);

    const twice = await goOn();
    expect(twice.record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
    expect(twice.record.notes.join()).toMatch(/Nothing waits: web already runs web:\d+/);
    const { cluster } = stage.inputs("");
    await stage.simulator.aws.ecs.updateService({ cluster, service: "web", desiredCount: 3 });
    expect((await goOn()).error?.message).toMatch(
      /waits to be continued: .*web runs web:\d+ with 1 of 3 tasks/,
    );
  });

  test.each([
    ["the production listener forwards to", 80],
    ["the test listener does not forward to", 8080],
    ["healthy", 0],
  ])("is not green while the load balancer shows otherwise: %s", async (why, port) => {
    await begin("green");
    await tamper(stage, port);
    const changes = { deadlineMs: 60_000, onCancel: "leave" } as const;
    const { error, record } = await begin("green", 1, changes);
    expect(error?.message).toContain(why);
    expect(record.status).toBe("timed-out");
    const refused = await goOn();
    expect(refused.error?.message).toMatch(
      new RegExp(`eployment \\S+ waits, but is no longer ready for the traffic: .*${why}`),
    );
    expect(refused.record).toMatchObject({ changed: false, revisionAfter: "" });
  });

  test.each(["DescribeTargetHealth", "DescribeRules"])(
    "refuses a role that lacks %s at first",
    async (name) => {
      stage.simulator.faults.add({ kind: "deny", operation: `elbv2:${name}` });
      const { error, record } = await begin("green");
      expect(error?.message).toContain(
        `the role lacks elasticloadbalancing:${name}, without which nobody sees`,
      );
      expect(record).toMatchObject({ changed: false, revisionAfter: "" });
    },
  );

  test.each([0.2, 10])("reports that nobody continued it in time, %d minutes later", async (late) => {
    await begin("green");
    await stage.simulator.clock.during(
      stage.simulator.clock.foreground.wait((minutes + late) * 60_000, new AbortController().signal),
    );
    const { error } = await goOn();
    expect(error?.message).toMatch(/waits to be continued: \D*deployment \S+ of web:\d+ was not continued: /);
    const { record } = await begin("green", 2);
    expect(record.status).toBe("ready");
    expect(record.notes.join()).toMatch(/of web:\d+ was not continued: /);
  });

  test("follows to the verdict what somebody else continued, and ready reports that", async () => {
    const { record } = await begin("green");
    await continueOutside(stage);
    const repeated = await begin("green");
    expect(repeated.error?.message).toContain("no longer waits: somebody continued it");
    expect(repeated.record.status).toBe("superseded");
    const { error, record: followed } = await goOn(7, record.revisionAfter, "approve.yml");
    expect(error).toBeUndefined();
    expect(followed.status).toBe("succeeded");
    expect(await stage.page()).toBe("green");
  });
});

const earlyPause: DeploymentLifecycleHook = { targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP"] };

test.each<[string, () => Promise<Stage>, RegExp, RegExp]>([
  [
    "a deployment group that reroutes at once",
    createStage,
    /deployment group web reroutes at once \(CONTINUE_DEPLOYMENT\), and a single deployment cannot change that/,
    /update-deployment-group .* '\{"terminate.*"actionOnTimeout":"STOP_DEPLOYMENT","waitTimeInMinutes":60\}\}'/,
  ],
  [
    "a service without a pause before the shift",
    () => createWaitingEcsStage({ ...pausing, lifecycleHooks: [earlyPause] }),
    /service web has no lifecycle hook of type PAUSE at POST_TEST_TRAFFIC_SHIFT or PRE_PRODUCTION/,
    /update-service .*"POST_SCALE_UP".*"lifecycleStages":\["POST_TEST_TRAFFIC_SHIFT"\]/,
  ],
  [
    "a rolling update",
    () => createWaitingEcsStage({ strategy: "ROLLING" }),
    /ECS updates web with the strategy ROLLING/,
    /the strategy BLUE_GREEN/,
  ],
  [
    "a deployment group that nobody sees",
    async () => {
      const stage = await createGatedStage(minutes);
      stage.simulator.faults.add({ kind: "deny", operation: "codedeploy:GetDeploymentGroup" });
      return stage;
    },
    /nobody sees whether deployment group web makes it wait/,
    /allow codedeploy:GetDeploymentGroup/,
  ],
])("refuses %s before anything changes", async (_, create, message, nextStep) => {
  const stage = await create();
  onTestFinished(() => stage.close());
  const { error, record } = await stage.deploy("green", ready);
  expect(error?.message).toMatch(message);
  expect(error?.nextStep).toMatch(nextStep);
  expect(record).toMatchObject({ changed: false, revisionAfter: "" });
});

test("does not advise to shift the traffic when the credentials expire", async () => {
  const stage = await createGatedStage(minutes);
  onTestFinished(() => stage.close());
  stage.simulator.faults.add({ kind: "expire", operation: "codedeploy:GetDeploymentTarget" });
  const { error, record } = await stage.deploy("green", ready);
  expect(record.status).toBe("lost");
  expect(error?.nextStep).toMatch(/then use credentials that last longer .* course keys\)\.$/);
});

test("tests and continues with the least role, and leaves nothing to the post step", async () => {
  const stage = await createGatedStage(minutes);
  onTestFinished(() => stage.close());
  const common = {
    cluster: "outside",
    service: "web",
    "codedeploy-application": "outside",
    "codedeploy-deployment-group": "web",
    "settle-for": "1s",
  };
  const run = (inputs: Record<string, string>, onLine?: Given["onLine"]) =>
    runEntry("deploy-service", { simulator: stage.simulator, inputs: { ...common, ...inputs }, onLine });
  const begun = await run({ "task-definition": await stage.taskDefinition("green"), "wait-until": "ready" });
  expect(begun).toMatchObject({ exitCode: 0, errors: [], state: { STATE_deployment: "" } });
  expect(begun.outputs).toMatchObject({
    status: "ready",
    "test-url": expect.stringMatching(/^http:.*:8080\/$/),
  });
  expect(begun.summary).toMatch(/^### ✅ web:\d+ \(green\) is ready for the traffic shift after /);
  expect(begun.summary).toContain("waits before the traffic shift until");
  await stage.simulator.aws.scheduler.createSchedule({
    ...{ Name: "weekly", ScheduleExpression: "rate(7 days)", FlexibleTimeWindow: { Mode: "OFF" } },
    Target: {
      Arn: "arn:aws:ecs:us-east-1:123456789012:cluster/outside",
      RoleArn: "arn:aws:iam::123456789012:role/execution",
      EcsParameters: { TaskDefinitionArn: begun.outputs["revision-before"] },
    },
  });
  const revision = begun.outputs["revision-after"] ?? "";
  const approval = { mode: "continue", revision, schedules: "weekly" };
  stage.simulator.faults.add({ kind: "deny", operation: "codedeploy:ContinueDeployment" });
  const denied = await run(approval);
  expect(denied.errors[0]).toMatch(/perform: codedeploy:ContinueDeployment .* Nothing was changed/);
  expect(denied).toMatchObject({ exitCode: 1, state: { STATE_deployment: "" } });
  stage.simulator.faults.clear();
  let left = "";
  const continued = await run(approval, (line) => {
    if (/^Asked CodeDeploy to continue/.test(line))
      left = readFileSync(process.env.GITHUB_STATE ?? "", "utf8");
  });
  expect(continued).toMatchObject({ exitCode: 0, errors: [], state: { STATE_deployment: "" } });
  expect(left).toContain(`"id":"${continued.outputs["deployment-id"]}"`);
  expect(continued.outputs).toMatchObject({ status: "succeeded", "test-url": "", changed: "true" });
  const { Target } = await stage.simulator.aws.scheduler.getSchedule({ Name: "weekly" });
  expect(Target?.EcsParameters?.TaskDefinitionArn).toBe(revision);
});

/** Sends the traffic of a port to the wrong tasks; port 0 takes the new tasks out of their target group. */
async function tamper({ simulator }: Stage, port: number): Promise<void> {
  const { elbv2 } = simulator.aws;
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({});
  const arnOf = (name: string) =>
    TargetGroups.find(({ TargetGroupName }) => TargetGroupName === name)?.TargetGroupArn ?? "";
  const groups = [arnOf("blue"), arnOf("green")];
  for (const TargetGroupArn of port === 0 ? groups : []) {
    const { TargetHealthDescriptions: found = [] } = await elbv2.describeTargetHealth({ TargetGroupArn });
    await elbv2.deregisterTargets({ TargetGroupArn, Targets: found.flatMap(({ Target }) => Target ?? []) });
  }
  const { LoadBalancers = [] } = await elbv2.describeLoadBalancers({});
  const { Listeners = [] } = await elbv2.describeListeners({
    LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
  });
  const ListenerArn = Listeners.find(({ Port }) => Port === port)?.ListenerArn;
  if (!ListenerArn) return;
  const { Rules = [] } = await elbv2.describeRules({ ListenerArn });
  const both = groups.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 }));
  const Actions = [{ Type: "forward" as const, ForwardConfig: { TargetGroups: both } }];
  for (const { RuleArn, IsDefault } of Rules)
    await (IsDefault
      ? elbv2.modifyListener({ ListenerArn, DefaultActions: Actions })
      : elbv2.modifyRule({ RuleArn, Actions }));
}

async function continueOutside({ simulator: { aws } }: Stage): Promise<void> {
  const { deployments = [] } = await aws.codedeploy.listDeployments({}).catch(() => ({ deployments: [] }));
  const [deploymentId] = deployments;
  if (deploymentId) {
    await aws.codedeploy.continueDeployment({ deploymentId, deploymentWaitType: "READY_WAIT" });
    return;
  }
  const [{ serviceDeploymentArn, lifecycleHookDetails = [] } = {}] = await deploymentsOf(aws.ecs);
  const hookId = lifecycleHookDetails.find(({ status }) => status === "AWAITING_ACTION")?.hookId;
  await aws.ecs.continueServiceDeployment({ serviceDeploymentArn, hookId, action: "CONTINUE" });
}
