import { ECSClient, type Service, type TaskSet } from "@aws-sdk/client-ecs";
import { expect, test, vi } from "vitest";
import { createFakeAws, fakeConfig } from "../../core/fake-aws.support.ts";
import { fastClock } from "../../core/fast-clock.support.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { type RunInputs, readRunInputs } from "./inputs.ts";
import { findPlacement, startTask } from "./start.ts";

const given: Record<string, string> = { "task-definition": "job", service: "s" };
const base = readRunInputs((name) => given[name] ?? "");

function prepare(answers: Readonly<Record<string, object>>) {
  const aws = createFakeAws();
  Object.assign(aws.answers, answers);
  const ignore = () => {};
  const context = {
    clients: { ecs: aws.fake(new ECSClient(fakeConfig)) },
    clock: fastClock,
    log: { info: ignore, notice: ignore, warning: ignore },
    signal: new AbortController().signal,
  } as unknown as EcsContext;
  return { aws, context };
}

/** Starts a task; returns RunTask's input. */
async function request(changes: Partial<RunInputs>) {
  const { aws, context } = prepare({ RunTask: { tasks: [{ taskArn: "arn" }] } });
  const order = { revision: "job:1", container: "web", placement: {} };
  expect(await startTask(context, { ...base, ...changes }, order)).toBe("arn");
  const { clientToken, ...input } = aws.inputs("RunTask")[0];
  expect(clientToken).toMatch(/^[\w-]{36}$/);
  return input;
}

test.each<[string, string, string]>([
  ["", "", "run-task"],
  ["me/shop.io", "42", "github/me/shop-io/runs/42"],
  // The longest value that RunTask accepts has 128 characters.
  [`me/${"x".repeat(200)}`, "42", `github/me/${"x".repeat(110)}/runs/42`],
])("describes the starter %s, run %s, as %s", async (repository, run, starter) => {
  vi.stubEnv("GITHUB_REPOSITORY", repository);
  vi.stubEnv("GITHUB_RUN_ID", run);
  const { startedBy } = await request({}).finally(() => vi.unstubAllEnvs());
  expect(startedBy).toBe(starter);
});

test.each([
  [{ reason: "RESOURCE:MEMORY" }, "could not place the task: RESOURCE:MEMORY", /another size/],
  [{ reason: "Capacity is unavailable at this time." }, "Capacity is unavailable", /run the job again later/],
  [{ reason: "ATTRIBUTE", detail: "os-type" }, "ATTRIBUTE: os-type", /placement constraints/],
  [{ reason: "AGENT" }, "AGENT", /not connected/],
  [{ reason: "MISSING" }, "MISSING", /ECS console/],
  [{}, "no reason given", /ECS console/],
])("gives RunTask's failure %j its next step", async (failure, message, nextStep) => {
  const { context } = prepare({ RunTask: { failures: [failure, failure] } });
  await expect(
    startTask(context, base, { revision: "job:1", container: "web", placement: {} }),
  ).rejects.toMatchObject({
    message: expect.stringContaining(message),
    nextStep: expect.stringMatching(nextStep),
  });
});

const network = (subnet: string) => ({ awsvpcConfiguration: { subnets: [subnet] } });
const providers = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];

test.each<[string, Service, TaskSet | undefined, object]>([
  [
    "runs like the primary task set of a CodeDeploy service",
    { launchType: "EC2", networkConfiguration: network("old") },
    { launchType: "FARGATE", platformVersion: "1.4.0", networkConfiguration: network("new") },
    { launchType: "FARGATE", platformVersion: "1.4.0", networkConfiguration: network("new") },
  ],
  [
    "uses capacity providers instead of a launch type",
    { launchType: "FARGATE", capacityProviderStrategy: providers, networkConfiguration: network("a") },
    undefined,
    { capacityProviderStrategy: providers, networkConfiguration: network("a") },
  ],
  [
    "needs no network for a service of EC2 instances",
    { launchType: "EC2" },
    undefined,
    { launchType: "EC2" },
  ],
])("%s", async (_, service, primary, placement) => {
  const taskSets = primary && [{ ...primary, status: "PRIMARY" }];
  const services = [{ status: "ACTIVE", taskDefinition: "job:1", ...service, taskSets }];
  const { context } = prepare({ DescribeServices: { services } });
  expect(await findPlacement(context, base)).toEqual(placement);
});

test("replaces what the inputs give in the placement of a service", async () => {
  const service = { launchType: "FARGATE", platformVersion: "1.4.0", networkConfiguration: network("a") };
  const services = [{ status: "ACTIVE", taskDefinition: "job:1", ...service }];
  const { context } = prepare({ DescribeServices: { services } });
  const find = (changes: object) =>
    findPlacement(context, { ...base, placement: { ...base.placement, ...changes } });
  expect(await find({ launchType: "EC2" })).toEqual({
    launchType: "EC2",
    networkConfiguration: network("a"),
  });
  const capacityProviderStrategy = providers;
  expect(await find({ capacityProviderStrategy, subnets: ["b"], assignPublicIp: "ENABLED" })).toEqual({
    capacityProviderStrategy,
    networkConfiguration: { awsvpcConfiguration: { subnets: ["b"], assignPublicIp: "ENABLED" } },
  });
});

test.each<[string, object, object]>([
  ["uses its instance's network for an EC2 task", { launchType: "EC2" }, { launchType: "EC2" }],
  [
    "replaces the launch type by capacity providers",
    { capacityProviderStrategy: providers },
    { capacityProviderStrategy: providers },
  ],
])("%s", async (_, changes, expected) => {
  const nowhere = { assignPublicIp: "DISABLED" as const };
  const placement = { ...nowhere, ...changes };
  expect(await findPlacement(prepare({}).context, { ...base, placement })).toEqual(expected);
});

test("passes tags, starter, managed tags and volumes to RunTask", async () => {
  const volumes = [{ name: "data", managedEBSVolume: { roleArn: "arn:aws:iam::123456789012:role/ebs" } }];
  const tags = [{ key: "team", value: "coffee" }];
  expect(await request({ tags, startedBy: "me", enableEcsManagedTags: false, volumes })).toEqual({
    cluster: "default",
    taskDefinition: "job:1",
    count: 1,
    startedBy: "me",
    tags,
    enableECSManagedTags: false,
    volumeConfigurations: volumes,
  });
});

const variables = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

test("overrides several containers, and adds command and environment to the chosen one", async () => {
  const containerOverrides = [
    { name: "web", cpu: 64, command: ["old"], environment: variables({ A: "0", B: "2" }) },
    { name: "side", memory: 128 },
  ];
  const environment = new Map([["A", "1"]]);
  const { overrides } = await request({ containerOverrides, command: ["new"], environment });
  expect(overrides.containerOverrides).toEqual([
    { name: "side", memory: 128 },
    { name: "web", cpu: 64, command: ["new"], environment: variables({ B: "2", A: "1" }) },
  ]);
});
