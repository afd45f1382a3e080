import { ECS } from "@aws-sdk/client-ecs";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { callFunction, runTask } from "../conformance/acts.ts";
import all from "../conformance/set-ups.json" with { type: "json" };
import { isExpected, type RoleSetUp, type SetUp } from "../conformance/set-ups.ts";
import { webTaskDefinition } from "../outside-clients/web.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import { startTestSimulator } from "../test-simulator.support.ts";
import { roleArn } from "./caller.support.ts";
import { createPermissions } from "./create-permissions.ts";
import { prepareRoles } from "./service-roles.support.ts";

const warnings: string[] = [];
const simulator = await startTestSimulator({ permissions: "enforce", warn: (text) => warnings.push(text) });
afterAll(() => simulator.close());
const { aws, clock } = simulator;
const { makeRoles, pipelines, delivery, image, networkConfiguration, settle } = await prepareRoles(simulator);
const setUps = (all as readonly SetUp[]).filter((each): each is RoleSetUp => "act" in each);
const textOf = (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`;

const pause = () => clock.foreground.wait(1000);
const run = (more: object = {}) =>
  runTask(
    aws.ecs,
    { ...webTaskDefinition(image), ...more },
    { cluster: "outside", networkConfiguration },
    pause,
  );

/** Returns how a deployment of CodeDeploy ends. */
async function deploy(more: object = {}): Promise<string> {
  const content = JSON.stringify({ ...delivery.appSpec(delivery.taskDefinitions[1]), ...more });
  const { deploymentId } = await aws.codedeploy.createDeployment({
    applicationName: "outside",
    deploymentGroupName: "web",
    revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
  });
  await settle();
  const { deploymentInfo } = await aws.codedeploy.getDeployment({ deploymentId });
  const { status = "", errorInformation: error } = deploymentInfo ?? {};
  return error ? `${error.code}: ${error.message}` : status;
}

/** Returns how an execution of the pipeline ends. */
async function runPipeline(): Promise<string> {
  const id = await pipelines.start("web");
  await clock.until(async () => (await pipelines.statusOf("web", id)) !== "InProgress");
  await settle();
  const actions = await pipelines.actions("web", id);
  const failed = actions.find(({ status }) => status === "Failed")?.output?.executionResult?.errorDetails;
  return failed ? `${failed.code}: ${failed.message}` : "Succeeded";
}

const setGroupRole = () =>
  aws.codedeploy
    .updateDeploymentGroup({
      applicationName: "outside",
      currentDeploymentGroupName: "web",
      serviceRoleArn: roleArn("deploy"),
    })
    .then(() => "updated");

let made = 0;
const call = () =>
  callFunction(aws, { FunctionName: `function-${made++}`, Role: roleArn("function") }, pause);

const session = (role: string) =>
  `User: arn:aws:sts::123456789012:assumed-role/${role}/\\S+ is not authorized to perform:`;
const acts: Readonly<Record<string, () => Promise<string>>> = {
  task: () => run(),
  deployment: deploy,
  group: setGroupRole,
  pipeline: runPipeline,
  function: call,
};

/** Those that npm run conformance plays, too, are played by its own tests. */
it.each(setUps.filter(({ notPlayed }) => notPlayed))(
  "a role that $that",
  async ({ act, role, flaw, expected }) => {
    await makeRoles(role, flaw);
    const answer = await acts[act]?.().catch(textOf);
    expect(isExpected(answer ?? "", expected), answer).toBe(true);
  },
);

/** Source: "Troubleshoot IAM roles", IAM user guide. CodeDeploy assumes the role some seconds after the call. */
it.each([
  ["task", 9_999],
  ["deployment", 5_000],
  ["group", 9_999],
  ["pipeline", 9_999],
  ["function", 9_999],
])(
  "with the fault iam-delay, a %s fails %i ms after its role's creation, and not after 10 s",
  async (act, ms) => {
    const answers = async (flaw: string) => {
      const { expected = "" } = setUps.findLast((each) => each.act === act && each.flaw === flaw) ?? {};
      const answer = await acts[act]?.().catch(textOf);
      expect(isExpected(answer ?? "", expected), answer).toBe(true);
    };
    const fault = simulator.faults.add({ kind: "iam-delay", operation: "sts:AssumeRole" });
    onTestFinished(fault.remove);
    await makeRoles();
    await clock.foreground.wait(ms);
    await answers("absent");
    await makeRoles();
    await clock.foreground.wait(10_000);
    await answers("nothing wrong");
  },
);

it.each([
  ["", /^HOOK_EXECUTION_FAILURE/],
  ["lambda:InvokeFunction", /^IAM_ROLE_PERMISSIONS: .* in the following AWS service: AWSLambda\./],
])(
  "a deployment that calls a missing function, with a role without %j, ends with %s",
  async (flaw, expected) => {
    await makeRoles("deploy", flaw);
    expect(await deploy({ Hooks: [{ BeforeInstall: "check" }] })).toMatch(expected);
  },
);

describe("a service", () => {
  const events = async () =>
    (await aws.ecs.describeServices({ cluster: "outside", services: ["plain"] })).services?.[0]?.events ?? [];

  it("whose task's role ECS may not assume reports it and starts nothing, until ECS may", async () => {
    const failed =
      /^\(service plain\) failed to launch a task with \(error ECS was unable to assume the role 'arn:aws:iam::123456789012:role\/execution'/;
    await makeRoles("execution", "absent");
    await aws.ecs.createService({
      cluster: "outside",
      serviceName: "plain",
      taskDefinition: delivery.taskDefinitions[0],
      desiredCount: 1,
      launchType: "FARGATE",
      networkConfiguration,
    });
    await clock.eventually(async () => expect((await events())[0]?.message).toMatch(failed));
    const { taskArns } = await aws.ecs.listTasks({ cluster: "outside", serviceName: "plain" });
    expect(taskArns).toEqual([]);
    await makeRoles();
    await clock.eventually(async () => expect((await events())[0]?.message).toMatch(/steady state/));
    await aws.ecs.deleteService({ cluster: "outside", service: "plain", force: true });
  });
});

it("a private image needs an execution role", async () => {
  const { executionRoleArn: _, ...definition } = webTaskDefinition(image);
  await expect(aws.ecs.registerTaskDefinition(definition)).rejects.toMatchObject({
    code: "ClientException",
    message: "Fargate requires task definition to have execution role ARN to support ECR images.",
  });
});

it("a task calls AWS in its role, and in none without one", async () => {
  await makeRoles();
  const environments: Readonly<Record<string, string | undefined>>[] = [];
  await pushProgram(
    simulator,
    delivery.repositoryUri,
    ({ environment }) => environments.push(environment) > 0 && undefined,
  );
  await run({ taskRoleArn: roleArn("task") });
  await run();
  const [own = {}, none = {}] = environments;
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN, AWS_ENDPOINT_URL } = own;
  const credentials = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
  const ecs = new ECS({ ...simulator.clientConfig, endpoint: AWS_ENDPOINT_URL, credentials });
  expect((await ecs.listClusters()).clusterArns).toHaveLength(1);
  await expect(ecs.listServices({ cluster: "outside" })).rejects.toThrow(
    new RegExp(`${session("task")} ecs:ListS`),
  );
  expect([none.AWS_ACCESS_KEY_ID, none.AWS_ENDPOINT_URL]).toEqual([undefined, undefined]);
});

it.each([
  ["nothing wrong", 1, 0],
  ["absent", 0, 1],
  ["trusts ecs", 0, 1],
  ["codepipeline:StartPipelineExecution", 0, 1],
])(
  "a rule whose role has %s starts %i executions, and counts %i failures",
  async (flaw, starts, failures) => {
    await makeRoles("events", flaw);
    const Name = `rule-${made++}`;
    await aws.events.putRule({ Name, EventPattern: JSON.stringify({ source: [Name] }) });
    const Arn = "arn:aws:codepipeline:us-east-1:123456789012:web";
    await aws.events.putTargets({ Rule: Name, Targets: [{ Id: "web", Arn, RoleArn: roleArn("events") }] });
    const before = (await pipelines.ids("web")).length;
    await aws.events.putEvents({ Entries: [{ Source: Name, DetailType: "test", Detail: "{}" }] });
    const failed = async () => {
      const Dimensions = [{ Name: "RuleName", Value: Name }];
      const found = await aws.cloudwatch.listMetrics({ Namespace: "AWS/Events", Dimensions });
      return found.Metrics?.length ?? 0;
    };
    const counts = async () => [(await pipelines.ids("web")).length - before, await failed()];
    await clock.eventually(async () => expect(await counts()).toEqual([starts, failures]));
  },
);

/** As the course's roles in the account academy, whose policies nobody has seen. */
it.each([
  ["deploy", "codedeploy", "not checked"],
  ["deploy", "lambda", "not trusted"],
  ["LabRole", "codedeploy", "no role"],
])("a role %s with unseen policies, for %s: %s", async (name, service, outcome) => {
  await makeRoles();
  const { accountId, region, accessKeys } = {
    accountId: "123456789012",
    region: "us-east-1",
    accessKeys: new Map(),
  };
  const options = { mode: "enforce" as const, accountId, region, accessKeys, clock, aws, warn: () => {} };
  const permissions = createPermissions({ ...options, unseenRoles: ["deploy"] });
  const { Role } = await aws.iam.getRole({ RoleName: "deploy" });
  const trustPolicy = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
  const role = {
    arn: roleArn("deploy"),
    createdAt: new Date(0),
    trustPolicy,
    documents: [],
    boundary: undefined,
  };
  permissions.sources.role = (each) => (each === "deploy" ? { ...role, tags: new Map() } : undefined);
  const request = { action: "rds:DeleteDBInstance", resource: "*" };
  const decision = await permissions.decideForService(roleArn(name), `${service}.amazonaws.com`, request);
  expect(decision.outcome).toBe(outcome);
});
