import { join } from "node:path";
import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Given, startEntry } from "./core/entry.support.ts";
import { createRealStage, type Stage } from "./delivery/stage.support.ts";
import { createRealStage as createPipelineStage } from "./follow-pipeline/src/stage.support.ts";
import { createRealStage as createTemplatesStage } from "./provision-stack/src/stage.support.ts";
import { release } from "./rollback-service/src/rollback.support.ts";

// The entries of mirror-source and run-load-test have real tests of their own, and so has follow-pipeline's successful
// run.

const service = {
  cluster: "outside",
  service: "web",
  "codedeploy-application": "outside",
  "codedeploy-deployment-group": "web",
};

/** Kills the step at a line of its log; resolves to the warnings of the post step. */
async function killedAt(moment: string, action: string, given: Given): Promise<readonly string[]> {
  const onLine: Given["onLine"] = (line, kill) => void (line.includes(moment) && kill("SIGKILL"));
  const step = await startEntry(action, { ...given, onLine });
  expect(step.exitCode).toBeNull();
  return (await startEntry(action, { ...given, environment: step.state })).warnings;
}

describe("an account with a service", () => {
  let stage: Stage;
  const folder = useFolder();
  writeFiles(folder, {
    "dist/main.mjs": "",
    "templates/logs.yaml":
      "Resources:\n  Log: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 1 } }\n",
  });
  beforeAll(async () => {
    stage = await createRealStage();
    await release(stage, "good", 1, { settleMs: 0 });
    await release(stage, "bad", 1, { settleMs: 0 });
  });
  afterAll(() => stage?.close());

  const definition = () => stage.taskDefinition("entry");

  type Inputs = Readonly<Record<string, string>>;
  const actions: readonly [string, () => Inputs | Promise<Inputs>, Inputs | object][] = [
    [
      "build-image",
      () => ({
        repository: "web",
        context: join(folder, "dist"),
        "base-image": "scratch",
        entrypoint: '["node"]',
      }),
      { image: expect.stringMatching(/\/web@sha256:/) },
    ],
    [
      "tag-image",
      () => ({ image: `ecr://web@${stage.image.split("@")[1]}`, tags: "entry" }),
      { changed: "true" },
    ],
    ["render-task-definition", async () => ({ "task-definition": await definition() }), { family: "web" }],
    [
      "run-task",
      async () => ({ ...service, "task-definition": await definition(), "wait-until": "started" }),
      { status: "started" },
    ],
    [
      "deploy-service",
      async () => ({ ...service, "task-definition": await definition(), mode: "plan" }),
      { status: "planned" },
    ],
    [
      "scale-service",
      () => ({ ...service, "desired-count": "1", "settle-for": "1s" }),
      { status: "succeeded" },
    ],
    ["measure-scaling", () => ({ mode: "plan", "task-counts": "1 2" }), { "task-counts": "[1,2]" }],
    ["check-lab", () => ({ phases: "7", threshold: "0" }), { failed: "1", waiting: "4", unchecked: "0" }],
    ["estimate-cost", () => ({ templates: join(folder, "templates") }), { monthly: expect.any(String) }],
    [
      "provision-stack",
      () => ({ templates: join(folder, "templates"), "stack-prefix": "entry", mode: "plan" }),
      { "has-changes": "true" },
    ],
  ];

  test.each(actions)(
    "starts %s as the runner does, and sets its outputs",
    async (action, inputs, outputs) => {
      const ended = await startEntry(action, { simulator: stage.simulator, inputs: await inputs() });
      expect(ended.errors).toEqual([]);
      expect(ended).toMatchObject({ exitCode: 0, outputs, unexplained: [] });
    },
  );

  test("leaves the rollback in progress when rollback-service is killed", async () => {
    const { simulator } = stage;
    const warnings = await killedAt(" is created.", "rollback-service", { simulator, inputs: service });
    expect(warnings).toEqual([
      expect.stringMatching(/^The step ended before its deployment did\. .* continues/),
    ]);
    const page = async () => (await fetch(stage.productionUrl)).text();
    await simulator.clock.until(async () => (await page()) === "good");
  });

  test("restores the count in the post step when scale-service is killed", async () => {
    const { simulator } = stage;
    const inputs = { ...service, "desired-count": "4", "on-cancel": "restore" };
    expect(await killedAt("Set the desired count", "scale-service", { simulator, inputs })).toEqual([
      "The step ended before web was scaled; it is being scaled back to 1 (on-cancel: restore).",
    ]);
    const where = { cluster: "outside", services: ["web"] };
    const desiredCount = async () =>
      (await simulator.aws.ecs.describeServices(where)).services?.[0]?.desiredCount;
    await simulator.clock.until(async () => (await desiredCount()) === 1);
  });
});

test("stops the execution in the post step when follow-pipeline is killed", async () => {
  const pipeline = "update-web";
  const { simulator, createPipeline, createRules, push, close } = await createPipelineStage();
  onTestFinished(close);
  await createPipeline(pipeline);
  await createRules(pipeline);
  const { codepipeline } = simulator.aws;
  await codepipeline.disableStageTransition({
    pipelineName: pipeline,
    stageName: "Deploy",
    transitionType: "Inbound",
    reason: "frozen for the fair",
  });
  const inputs = { pipeline, image: await push("two"), "on-cancel": "stop" };
  expect(await killedAt("frozen", "follow-pipeline", { simulator, inputs })).toEqual([
    expect.stringMatching(/^The step ended before its execution did\. .* of update-web is being stopped/),
  ]);
  const statuses = async () => {
    const found = await codepipeline.listPipelineExecutions({ pipelineName: pipeline });
    return found.pipelineExecutionSummaries?.map(({ status }) => status);
  };
  await simulator.clock.until(async () => (await statuses())?.every((status) => status === "Stopped"));
});

test("removes the new stack in the post step when provision-stack is killed", async () => {
  // A load balancer is provisioned for half a second: long enough to be cancelled in the middle.
  const templates = await createTemplatesStage({ timeScale: 60 });
  onTestFinished(templates.close);
  const { simulator, stacks, templatesFolder } = templates;
  const subnet = (number: number, zone: string) =>
    `{ Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.${number}.0/24, AvailabilityZone: us-east-1${zone} } }`;
  await templates.templates({
    entry: `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  One: ${subnet(0, "a")}
  Two: ${subnet(1, "b")}
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Scheme: internal, Subnets: [!Ref One, !Ref Two] } }
`,
  });
  const inputs = { templates: templatesFolder, "stack-prefix": "shop" };
  expect(await killedAt("IN_PROGRESS Entry", "provision-stack", { simulator, inputs })).toEqual([
    "The step ended before the operation on stack shop-entry, which was cancelled; CloudFormation deletes the new stack.",
  ]);
  await simulator.clock.until(async () => Object.keys(await stacks()).length === 0);
});
