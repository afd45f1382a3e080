import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { estimateTemplate } from "./estimate.support.ts";
import { readPriceList } from "./price-list.ts";
import list from "./prices-us-east-1.json" with { type: "json" };
import { readTaskSizes } from "./task-sizes.ts";
import { readUsage } from "./usage.ts";

const folder = useFolder();

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const database = (properties: string) =>
  `\n  Db: { Type: AWS::RDS::DBInstance, Properties: { Engine: mysql, EngineVersion: 8.4.5, ${properties} } }`;
const service = (properties: string) =>
  `\n  Web: { Type: AWS::ECS::Service, Properties: { TaskDefinition: web, ${properties} } }`;

test.each<[string, string, RegExp]>([
  [
    "unknown types, each by its name",
    "\n  Queue: { Type: AWS::SQS::Queue }\n  Topic: { Type: AWS::SNS::Topic }",
    /^The prices of these are not known: one\/Queue \(AWS::SQS::Queue\), one\/Topic \(AWS::SNS::Topic\)$/,
  ],
  [
    "an unknown instance class",
    database("DBInstanceClass: db.t3.mikro"),
    /^one\/Db has the instance class db\.t3\.mikro, which is not in the price list; the list has db\.t3\.micro, db\.t3\.small, /,
  ],
  [
    "an unknown instance type",
    "\n  S: { Type: AWS::EC2::Instance, Properties: { InstanceType: p5.large } }",
    /^one\/S has the instance type p5\.large, .*t3\.micro/,
  ],
  [
    "another engine",
    database("DBInstanceClass: db.t3.micro").replace("mysql", "oracle"),
    /Engine "oracle" has no known price/,
  ],
  ["provisioned IOPS", database("Iops: 3000"), /Iops 3000 has no known price/],
  [
    "a database without a version",
    "\n  Db: { Type: AWS::RDS::DBInstance, Properties: { Engine: mysql, DBInstanceClass: db.t3.micro } }",
    /no EngineVersion/,
  ],
  [
    "tasks on instances",
    service("LaunchType: EC2"),
    /one\/Web \(AWS::ECS::Service\): LaunchType "EC2" has no known price/,
  ],
  [
    "spot tasks",
    service("CapacityProviderStrategy: [{ CapacityProvider: FARGATE_SPOT }]"),
    /CapacityProviderStrategy .*FARGATE_SPOT.* has no known price/,
  ],
  [
    "a task of unknown size",
    service("LaunchType: FARGATE"),
    /runs the task definition web, whose size is not in any file/,
  ],
  [
    "a network load balancer",
    "\n  L: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Type: network } }",
    /Type "network" has no known price/,
  ],
  [
    "Container Insights of an unknown size",
    "\n  C: { Type: AWS::ECS::Cluster, Properties: { ClusterSettings: [{ Name: containerInsights, Value: enabled }] } }",
    /Container Insights on.*not in the templates/,
  ],
  [
    "a count that a parameter without a value decides",
    "Parameters: { Count: { Type: Number } }\nResources:\n  Task: { Type: AWS::ECS::TaskDefinition, Properties: { Cpu: 256, Memory: 512 } }\n  Web: { Type: AWS::ECS::Service, Properties: { TaskDefinition: !Ref Task, LaunchType: FARGATE, DesiredCount: !Ref Count } }",
    /^The price of one\/Web depends on DesiredCount, which is parameter Count of one\.yaml, which has no value/,
  ],
])("refuses %s", (_, text, message) => {
  expect(() => estimateTemplate(text)).toThrow(message);
});

test.each<[string, RegExp]>([
  ["hours: -1", /usage-\d+\.yaml:1: hours is -1; it cannot be negative/],
  ["requests: 5\nhuors: 10", /usage-\d+\.yaml:2: unknown key huors; allowed: hours, workstationHours, /],
  ["hours: 900", /hours is 900; a month has at most 744 hours/],
  ["hours: 0", /hours is 0; it must be more than 0/],
  ["logGb: much", /logGb must be a number/],
  ["alwaysFree: 1", /alwaysFree must be true or false/],
  ["- 1", /does not contain a JSON object of usage values/],
  ["hours: [", /is not valid YAML/],
])("refuses usage %j with its place", (text, message) => {
  const path = file(`usage-${Math.abs(text.length)}.yaml`, text);
  expect(() => readUsage(path)).toThrow(message);
});

test("completes the values that a JSON file of usage lacks", () => {
  const usage = readUsage(file("usage.json", '{ "hours": 10, "alwaysFree": false }'));
  expect(usage).toMatchObject({ hours: 10, requests: 100_000, alwaysFree: false });
});

test("has each listed price once, with AWS's page and the day on which it was seen", () => {
  expect(new Set(list.prices.map(({ id }) => id)).size).toBe(list.prices.length);
  for (const { id, usd, source, date } of list.prices)
    expect([usd >= 0, source, date], id).toEqual([
      true,
      expect.stringMatching(/^https:/),
      expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    ]);
});

test("names a price that is missing from the list, and what needs it", () => {
  const priceList = { ...readPriceList(), prices: new Map() };
  expect(() => estimateTemplate("\n  K: { Type: AWS::KMS::Key }", { priceList })).toThrow(
    "The price list does not have the price kms-key, which one/K needs",
  );
});

test("names a task definition without a size", () => {
  const definitions = mkdtempSync(join(folder, "d-"));
  writeFileSync(join(definitions, "web.json"), '{ "family": "web", "memory": "1024" }');
  writeFileSync(join(definitions, "appspec.yaml"), "version: 0.0\n");
  expect(() => readTaskSizes(definitions)).toThrow(/web\.json: cpu is not given/);
});
