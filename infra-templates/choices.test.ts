import { prepareTasks } from "@ecs-delivery/simulator/networks/set-ups.support";
import { expect, test } from "vitest";
import { outcome, physicalIds, updateParameters, useProfile } from "./stacks.support.ts";

const { stage, provision } = await useProfile("standard");
expect((await provision()).error).toBeUndefined();
const tasks = await prepareTasks(stage.simulator);

/** Parameters of a template, and the resources that they add and remove. */
type Choice = [template: string, parameters: Record<string, string>, added: string[], removed: string[]];

const nat = ["NatAddress", "NatGateway", "PrivateDefaultRoute"];
const endpoints = [
  "EndpointSecurityGroup",
  "LayersEndpoint",
  "LogsEndpoint",
  "RegistryApiEndpoint",
  "RegistryEndpoint",
  "SecretsEndpoint",
];
const provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

test.each<Choice>([
  ["network", { PrivateWayOut: "vpc-endpoints" }, endpoints, nat],
  ["network", { PrivateWayOut: "none" }, [], endpoints],
  ["network", { PrivateWayOut: "nat-gateway" }, nat, []],
  [
    "access",
    { GitHubRepository: "octocat/coffee" },
    ["Boundary", "GitHubDeployRole", "GitHubPlanRole", "GitHubProvisionRole"],
    [],
  ],
  ["access", { ExistingProviderArn: provider }, [], ["Provider"]],
  ["load-balancer", { AdminSourceIps: "" }, [], []],
  ["load-balancer", { AdminSourceIps: "192.0.2.7/32" }, [], []],
  [
    "services",
    { MaximumTasks: "4" },
    ["CustomerScaling", "CustomerScalingPolicy", "EmployeeScaling", "EmployeeScalingPolicy"],
    [],
  ],
  [
    "pipeline",
    { Sources: "ready" },
    [
      "CustomerImagePushed",
      "CustomerPipeline",
      "DeploymentFilesChanged",
      "EmployeeImagePushed",
      "EmployeePipeline",
      "EventsRole",
    ],
    [],
  ],
  [
    "pipeline",
    { Sources: "ready", StartedBy: "Workflow" },
    [],
    ["CustomerImagePushed", "DeploymentFilesChanged", "EmployeeImagePushed", "EventsRole"],
  ],
])("%s accepts %j", async (template, parameters, added, removed) => {
  const StackName = `microservices-${template}`;
  const before = await physicalIds(stage.simulator, StackName);
  await updateParameters(stage.simulator, StackName, parameters);
  expect(await outcome(stage.simulator, StackName)).toEqual({ status: "UPDATE_COMPLETE", failures: [] });
  const after = await physicalIds(stage.simulator, StackName);
  const only = (one: object, other: object) =>
    Object.keys(one)
      .filter((id) => !(id in other))
      .sort();
  expect({ added: only(after, before), removed: only(before, after) }).toEqual({ added, removed });
  for (const id of Object.keys(before)) if (id in after) expect(after[id], id).toBe(before[id]);
});

test.each([
  ["vpc-endpoints", "RUNNING"],
  ["none", "There is a connection issue between the task and AWS Secrets Manager"],
  ["nat-gateway", "RUNNING"],
])("a task in a private subnet whose way out is %s: %s", async (PrivateWayOut, expected) => {
  await updateParameters(stage.simulator, "microservices-network", { PrivateWayOut });
  await outcome(stage.simulator, "microservices-network");
  const ids = await physicalIds(stage.simulator, "microservices-network");
  const names = { $privateSubnet: ids.PrivateSubnet1, $taskGroup: ids.TaskSecurityGroup };
  const task = await tasks.start(names, { way: "nat", task: { secret: true } });
  expect(await tasks.outcome(task)).toContain(expected);
});
