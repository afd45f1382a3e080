import { expect, test } from "vitest";
import { type RunInputs, readRunInputs } from "./inputs.ts";
import { unknownOverrides } from "./run-task.ts";
import { describeStarter, explainFailures, placementFrom, placementOf, requestOf } from "./start.ts";

test.each<[NodeJS.ProcessEnv, string]>([
  [{}, "run-task"],
  [{ GITHUB_REPOSITORY: "me/shop.io", GITHUB_RUN_ID: "42" }, "github/me/shop-io/runs/42"],
])("describes the starter %j as %s", (env, starter) => {
  expect(describeStarter(env)).toBe(starter);
});

test("cuts a long repository name, but not the run's id", () => {
  const starter = describeStarter({ GITHUB_REPOSITORY: `me/${"x".repeat(200)}`, GITHUB_RUN_ID: "42" });
  expect(starter).toMatch(/^github\/me\/x+\/runs\/42$/);
  expect(starter).toHaveLength(128);
});

test.each([
  [{ reason: "RESOURCE:MEMORY" }, "could not place the task: RESOURCE:MEMORY", /another size/],
  [{ reason: "Capacity is unavailable at this time." }, "Capacity is unavailable", /run the job again later/],
  [{ reason: "ATTRIBUTE", detail: "os-type" }, "ATTRIBUTE: os-type", /placement constraints/],
  [{ reason: "AGENT" }, "AGENT", /not connected/],
  [{ reason: "MISSING" }, "MISSING", /ECS console/],
  [{}, "no reason given", /ECS console/],
])("gives RunTask's failure %j its next step", (failure, message, nextStep) => {
  const { message: text, nextStep: step } = explainFailures([failure, failure]);
  expect(text).toContain(message);
  expect(step).toMatch(nextStep);
});

const network = (subnet: string) => ({ awsvpcConfiguration: { subnets: [subnet] } });
const providers = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];

test.each([
  [
    "runs like the primary task set of a CodeDeploy service",
    { launchType: "EC2" as const, networkConfiguration: network("old") },
    { launchType: "FARGATE" as const, platformVersion: "1.4.0", networkConfiguration: network("new") },
    { launchType: "FARGATE", platformVersion: "1.4.0", networkConfiguration: network("new") },
  ],
  [
    "uses capacity providers instead of a launch type",
    {
      launchType: "FARGATE" as const,
      capacityProviderStrategy: providers,
      networkConfiguration: network("a"),
    },
    undefined,
    { capacityProviderStrategy: providers, networkConfiguration: network("a") },
  ],
  [
    "needs no network for a service of EC2 instances",
    { launchType: "EC2" as const },
    undefined,
    { launchType: "EC2" },
  ],
])("%s", (_, service, primary, placement) => {
  expect(placementOf(service, primary)).toEqual(placement);
});

const base = readRunInputs((name) => ({ "task-definition": "job", service: "s" })[name] ?? "");
const request = (inputs: Partial<RunInputs>) =>
  requestOf({ ...base, ...inputs }, { revision: "job:1", container: "web", placement: {} });

test("passes tags, starter, managed tags and volumes to RunTask", () => {
  const volumes = [{ name: "data", managedEBSVolume: { roleArn: "arn:aws:iam::123456789012:role/ebs" } }];
  const tags = [{ key: "team", value: "coffee" }];
  expect(request({ tags, startedBy: "me", enableEcsManagedTags: false, volumes })).toEqual({
    cluster: "default",
    taskDefinition: "job:1",
    count: 1,
    startedBy: "me",
    tags,
    enableECSManagedTags: false,
    volumeConfigurations: volumes,
  });
});

test("overrides several containers, and adds command and environment to the chosen one", () => {
  const containerOverrides = [
    {
      name: "web",
      cpu: 64,
      command: ["old"],
      environment: [
        { name: "A", value: "0" },
        { name: "B", value: "2" },
      ],
    },
    { name: "side", memory: 128 },
  ];
  const { overrides } = request({ containerOverrides, command: ["new"], environment: new Map([["A", "1"]]) });
  expect(overrides?.containerOverrides).toEqual([
    { name: "side", memory: 128 },
    {
      name: "web",
      cpu: 64,
      command: ["new"],
      environment: [
        { name: "B", value: "2" },
        { name: "A", value: "1" },
      ],
    },
  ]);
  expect(unknownOverrides([{ name: "web" }], containerOverrides)).toEqual([
    {
      text: "the task definition does not have the container side (input run-task-container-overrides); it has: web",
    },
  ]);
});

test.each<[string, object, object]>([
  ["uses its instance's network for an EC2 task", { launchType: "EC2" }, { launchType: "EC2" }],
  [
    "replaces the launch type by capacity providers",
    { capacityProviderStrategy: providers },
    { capacityProviderStrategy: providers },
  ],
])("%s", (_, given, placement) => {
  const nowhere = { subnets: [], securityGroups: [], assignPublicIp: "DISABLED" as const };
  expect(placementFrom({ ...nowhere, ...given })).toEqual(placement);
});
