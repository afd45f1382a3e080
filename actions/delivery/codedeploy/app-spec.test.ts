import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CapacityProviderStrategyItem, Service } from "@aws-sdk/client-ecs";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { appSpecFile } from "@ecs-delivery/simulator/outside-clients/web.support";
import { expect, test } from "vitest";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { readAppSpec } from "./app-spec.ts";
import { appSpecChanges } from "./app-spec-changes.ts";
import { functionIn } from "./deployed-revision.ts";

const folder = useFolder();

const taskDefinition: TaskDefinitionInput = {
  family: "web",
  containerDefinitions: [{ name: "web", image: "web:1", portMappings: [{ containerPort: 8080 }] }],
};

const yaml = (from: string | RegExp = "", to = "") => appSpecFile.replace(from, to);

function read(text: string, service: Service = {}) {
  const file = join(folder, "appspec.yaml");
  writeFileSync(file, text);
  return readAppSpec(file, service, taskDefinition);
}

test("puts the revision in place of <TASK_DEFINITION> and keeps the rest", () => {
  const { appSpec, findings } = read(yaml());
  expect(findings).toEqual([]);
  expect(JSON.parse(appSpec?.contentFor("arn:x:7") ?? "")).toEqual({
    version: 0,
    Resources: [
      {
        TargetService: {
          Type: "AWS::ECS::Service",
          Properties: {
            TaskDefinition: "arn:x:7",
            LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 },
          },
        },
      },
    ],
  });
});

test("resolves merge keys, and leaves out extension keys and null", () => {
  const text = `x-load-balancer: &load
  ContainerName: web
  ContainerPort: 8080
version: 0.0
Hooks:
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          <<: *load
`;
  const { appSpec, findings } = read(text);
  expect(findings).toEqual([]);
  expect(appSpec?.contentFor("arn:x:7")).toBe(read(yaml()).appSpec?.contentFor("arn:x:7"));
});

test("accepts keys in another case, as CodeDeploy does", () => {
  const { appSpec, findings } = read(yaml("TaskDefinition", "taskDefinition"));
  expect(findings).toEqual([]);
  expect(appSpec?.contentFor("arn")).toContain('"taskDefinition":"arn"');
});

test.each<[string, string | RegExp, string, string]>([
  ["another container", "ContainerName: web", "ContainerName: api", "no container api; it has web"],
  ["another port", "8080", "8081", "container web maps no port 8081; it maps 8080"],
  ["a placeholder", "ContainerName: web", "ContainerName: <NAME>", "still has the placeholder <NAME>"],
  ["no version", "version: 0.0", "version: 1", "version must be 0.0"],
  ["an unknown key", "version", "Resource: 1\nversion", "unknown key Resource (allowed: version,"],
  ["no task definition", /.*TASK_DEFINITION.*\n/, "", "Properties.TaskDefinition is missing"],
  ["another type", "AWS::ECS::Service", "AWS::Lambda::Function", "Type must be AWS::ECS::Service"],
  ["an unknown hook", "version", "Hooks:\n  - AfterAll: f\nversion", "unknown hook AfterAll"],
  ["broken YAML", "Resources:", "Resources: [", "is not valid YAML"],
])("reports an AppSpec with %s", (_, from, to, message) => {
  const { appSpec, findings } = read(yaml(from, to));
  expect(appSpec).toBeUndefined();
  expect(findings.map(({ text }) => text).join("; ")).toContain(message);
});

test("reports all faults together", () => {
  expect(read(yaml("8080", "8081").replace("version: 0.0", "version: 1")).findings).toHaveLength(2);
});

test("keeps the service's capacity providers without an AppSpec file", () => {
  const loadBalancers = [{ containerName: "web", containerPort: 8080 }];
  const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT", base: 1, weight: 2 }];
  const { appSpec } = readAppSpec(undefined, { loadBalancers, capacityProviderStrategy }, taskDefinition);
  expect(JSON.parse(appSpec?.contentFor("arn") ?? "").Resources[0].TargetService.Properties).toEqual({
    TaskDefinition: "arn",
    LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 },
    CapacityProviderStrategy: [{ CapacityProvider: "FARGATE_SPOT", Base: 1, Weight: 2 }],
  });
});

const spot: CapacityProviderStrategyItem = { capacityProvider: "FARGATE_SPOT", base: 0, weight: 1 };

test("refuses an AppSpec that would remove the capacity provider, and shows the lines that keep it", () => {
  expect(read(yaml(), { capacityProviderStrategy: [spot] }).findings).toEqual([
    {
      text: "the service runs on the capacity provider FARGATE_SPOT, which is not in the AppSpec: CodeDeploy would remove it from the service",
      fix: 'add to Properties: "CapacityProviderStrategy": [{"CapacityProvider":"FARGATE_SPOT","Base":0,"Weight":1}]',
    },
  ]);
});

test.each<[string, CapacityProviderStrategyItem[], string]>([
  ["a service without one", [], ""],
  ["an AppSpec that names some", [spot], "CapacityProviderStrategy: []"],
  ["keys in another case", [spot], "capacityproviderstrategy: []"],
])("accepts %s", (_, strategy, line) => {
  const taskSets = [{ status: "PRIMARY", capacityProviderStrategy: strategy }];
  const text = yaml(/( *)LoadBalancerInfo:/, `$1${line}\n$1LoadBalancerInfo:`);
  expect(read(text, { taskSets }).findings).toEqual([]);
});

const service: Service = {
  taskSets: [
    {
      status: "PRIMARY",
      platformVersion: "1.4.0",
      capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
      loadBalancers: [{ containerName: "web", containerPort: 8080, targetGroupArn: "arn:blue" }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ["a", "b"], securityGroups: ["g"], assignPublicIp: "DISABLED" },
      },
    },
  ],
};

test.each<[string, Record<string, unknown>, string[]]>([
  ["changes nothing", { TaskDefinition: "x" }, []],
  [
    "repeats the current settings, in another order and case",
    {
      LoadBalancerInfo: { ContainerName: "web", containerport: 8080 },
      PlatformVersion: "LATEST",
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: ["b", "a"], SecurityGroups: ["g"], AssignPublicIp: "DISABLED" },
      },
      CapacityProviderStrategy: [{ CapacityProvider: "FARGATE", Base: 0, Weight: 1 }],
    },
    [],
  ],
  [
    "changes port, platform and subnets",
    {
      LoadBalancerInfo: { ContainerName: "web", ContainerPort: 9090 },
      PlatformVersion: "1.3.0",
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: ["a", "c"], SecurityGroups: ["g"], AssignPublicIp: "DISABLED" },
      },
    },
    [
      "~ service.loadBalancerInfo.containerPort: 8080 → 9090",
      '~ service.networkConfiguration.awsvpcConfiguration.subnets: ["a","b"] → ["a","c"]',
      '~ service.platformVersion: "1.4.0" → "1.3.0"',
    ],
  ],
])("compares an AppSpec that %s", (_, properties, lines) => {
  expect(appSpecChanges(service, properties)).toEqual(lines);
});

test.each([
  ["JSON", '{"version":0,"Hooks":[{"BeforeInstall":"arn:aws:lambda:us-east-1:1:function:check-in"}]}'],
  ["YAML", 'hooks:\n  - beforeInstall: "arn:aws:lambda:us-east-1:1:function:check-in" # first\n'],
])("finds the function of a hook in %s, and none for an event without a hook", (_, content) => {
  expect(functionIn(content, "BeforeInstall")).toBe("arn:aws:lambda:us-east-1:1:function:check-in");
  expect(functionIn(content, "Install")).toBeUndefined();
});
