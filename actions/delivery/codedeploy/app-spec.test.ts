import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CapacityProviderStrategyItem, Service } from "@aws-sdk/client-ecs";
import { afterAll, expect, test } from "vitest";
import { appSpecFile } from "../../../simulator/src/outside-clients/web.support.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { readAppSpec } from "./app-spec.ts";
import { appSpecChanges } from "./app-spec-changes.ts";

const folder = mkdtempSync(join(tmpdir(), "app-spec-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const taskDefinition: TaskDefinitionInput = {
  family: "web",
  containerDefinitions: [{ name: "web", image: "web:1", portMappings: [{ containerPort: 8080 }] }],
};

function yaml(changes: { from: string | RegExp; to: string }[] = []): string {
  return changes.reduce((result, { from, to }) => result.replace(from, to), appSpecFile);
}

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

test("accepts keys in another case, as CodeDeploy does", () => {
  const { appSpec, findings } = read(yaml([{ from: "TaskDefinition", to: "taskDefinition" }]));
  expect(findings).toEqual([]);
  expect(appSpec?.contentFor("arn")).toContain('"taskDefinition":"arn"');
});

test.each<[string, { from: string | RegExp; to: string }[], string]>([
  [
    "another container",
    [{ from: "ContainerName: web", to: "ContainerName: api" }],
    "no container api; it has web",
  ],
  ["another port", [{ from: "8080", to: "8081" }], "container web maps no port 8081; it maps 8080"],
  [
    "a placeholder",
    [{ from: "ContainerName: web", to: "ContainerName: <NAME>" }],
    "still has the placeholder <NAME>",
  ],
  ["no version", [{ from: "version: 0.0", to: "version: 1" }], "version must be 0.0"],
  [
    "an unknown key",
    [{ from: "version", to: "Resource: 1\nversion" }],
    "unknown key Resource (allowed: version,",
  ],
  ["no task definition", [{ from: /.*TASK_DEFINITION.*\n/, to: "" }], "Properties.TaskDefinition is missing"],
  [
    "another type",
    [{ from: "AWS::ECS::Service", to: "AWS::Lambda::Function" }],
    "Type must be AWS::ECS::Service",
  ],
  ["an unknown hook", [{ from: "version", to: "Hooks:\n  - AfterAll: f\nversion" }], "unknown hook AfterAll"],
  ["broken YAML", [{ from: "Resources:", to: "Resources: [" }], "is not valid YAML"],
])("reports an AppSpec with %s", (_, changes, message) => {
  const { appSpec, findings } = read(yaml(changes));
  expect(appSpec).toBeUndefined();
  expect(findings.map(({ text }) => text).join("; ")).toContain(message);
});

test("reports all faults together", () => {
  const text = yaml([
    { from: "8080", to: "8081" },
    { from: "version: 0.0", to: "version: 1" },
  ]);
  expect(read(text).findings).toHaveLength(2);
});

test("keeps the service's capacity providers when there is no AppSpec file", () => {
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
  const text = yaml([{ from: /( *)LoadBalancerInfo:/, to: `$1${line}\n$1LoadBalancerInfo:` }]);
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
