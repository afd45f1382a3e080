import { expect, test } from "vitest";
import { estimateTemplate, type Given } from "./estimate.support.ts";

const service = (settings: { count?: number; address?: string; cpu?: string; memory?: string } = {}) => `
  Task: { Type: AWS::ECS::TaskDefinition, Properties: { Family: web, Cpu: "${settings.cpu ?? 512}", Memory: "${settings.memory ?? 1024}" } }
  Web:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      DesiredCount: ${settings.count ?? 1}
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: ${settings.address ?? "DISABLED"} } }`;
const database = (properties = "") => `
  Db:
    Type: AWS::RDS::DBInstance
    Properties: { Engine: mysql, EngineVersion: 8.4.5, DBInstanceClass: db.t3.micro, AllocatedStorage: "20", StorageType: gp3 ${properties} }`;
const gateway = `
  Address: { Type: AWS::EC2::EIP }
  Gateway: { Type: AWS::EC2::NatGateway, Properties: { AllocationId: !GetAtt Address.AllocationId, SubnetId: subnet-1 } }`;
const vpc = "\n  Vpc: { Type: AWS::EC2::VPC }";
const alarms = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `\n  A${index}: { Type: AWS::CloudWatch::Alarm, Properties: { Period: 60 } }`,
  ).join("");
const pipeline = (type: string) =>
  `\n  P: { Type: AWS::CodePipeline::Pipeline, Properties: { PipelineType: ${type} } }`;
const repeat = (count: number, resource: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => resource(index)).join("");

const aTask = 730 * (0.5 * 0.04048 + 1 * 0.004445);

test.each<[string, string, string, number, Given?]>([
  ["one more task", service(), service({ count: 2 }), aTask],
  [
    "two more tasks with addresses",
    service({ count: 1, address: "ENABLED" }),
    service({ count: 3, address: "ENABLED" }),
    2 * (aTask + 730 * 0.005),
  ],
  ["no task", service(), service({ count: 0 }), -aTask],
  ["a task of twice the size", service(), service({ cpu: "1024", memory: "2048" }), aTask],
  ["sizes with their units", service(), service({ cpu: "0.5 vCPU", memory: "1 GB" }), 0],
  ["a larger instance class", database(), database().replace("t3.micro", "t3.small"), 730 * (0.034 - 0.017)],
  ["an ARM instance class", database(), database().replace("t3.micro", "t4g.micro"), 730 * (0.016 - 0.017)],
  ["more storage", database(), database().replace('"20"', '"30"'), 10 * 0.115],
  ["a standby", database(), database(", MultiAZ: true"), 730 * 0.017 + 20 * 0.115],
  ["MySQL 8.0 instead of 8.4", database(), database().replace("8.4.5", "8.0.46"), 2 * 730 * 0.1],
  [
    "MySQL 8.0 without Extended Support",
    database(),
    database(", EngineLifecycleSupport: open-source-rds-extended-support-disabled").replace(
      "8.4.5",
      "8.0.46",
    ),
    0,
  ],
  ["a password kept by RDS", database(), database(", ManageMasterUserPassword: true"), 0.4 + 1000 * 0.000005],
  [
    "backups beyond the storage",
    database(", BackupRetentionPeriod: 7"),
    database(", BackupRetentionPeriod: 35"),
    (15 + 34 * 1 - 20 - (15 + 6 * 1 - 20)) * 0.095,
    { usage: { databaseGb: 15, databaseChangeGb: 1 } },
  ],
  ["a NAT gateway with its address", vpc, vpc + gateway, 730 * (0.045 + 0.005) + 5 * 0.045],
  [
    "a NAT gateway with an address from elsewhere",
    vpc,
    `${vpc}\n  G: { Type: AWS::EC2::NatGateway, Properties: { AllocationId: eipalloc-1, SubnetId: subnet-1 } }`,
    730 * (0.045 + 0.005) + 5 * 0.045,
  ],
  [
    "an interface endpoint in two subnets",
    vpc,
    `${vpc}\n  E: { Type: AWS::EC2::VPCEndpoint, Properties: { VpcEndpointType: Interface, SubnetIds: [a, b] } }`,
    2 * 730 * 0.01 + 5 * 0.01,
  ],
  [
    "a gateway endpoint",
    vpc,
    `${vpc}\n  E: { Type: AWS::EC2::VPCEndpoint, Properties: { VpcEndpointType: Gateway } }`,
    0,
  ],
  ["the eleventh and the twelfth alarm", alarms(10), alarms(12), 2 * 0.1],
  [
    "alarms in an account that has used its own",
    alarms(10),
    alarms(11),
    0.1,
    { usage: { alwaysFree: false } },
  ],
  [
    "an alarm of ten seconds",
    vpc,
    `${vpc}\n  A: { Type: AWS::CloudWatch::Alarm, Properties: { Period: 10 } }`,
    0.3,
  ],
  [
    "the fourth dashboard",
    repeat(3, (index) => `\n  D${index}: { Type: AWS::CloudWatch::Dashboard }`),
    repeat(4, (index) => `\n  D${index}: { Type: AWS::CloudWatch::Dashboard }`),
    3,
  ],
  ["a first pipeline of type V1", vpc, vpc + pipeline("V1"), 0],
  ["a second pipeline of type V1", pipeline("V1"), pipeline("V1") + pipeline("V1").replace("P:", "Q:"), 1],
  ["a pipeline of type V2", vpc, vpc + pipeline("V2"), (20 * 8 - 100) * 0.002],
  ["a customer managed key", vpc, `${vpc}\n  K: { Type: AWS::KMS::Key }`, 1],
  [
    "an instance with its volume and address",
    vpc,
    `${vpc}\n  S: { Type: AWS::EC2::Instance, Properties: { InstanceType: t3.micro } }`,
    730 * (0.0104 + 0.005) + 8 * 0.08,
  ],
  [
    "a workstation",
    vpc,
    `${vpc}\n  W: { Type: AWS::Cloud9::EnvironmentEC2, Properties: { InstanceType: t3.small } }`,
    80 * (0.0208 + 0.005) + 10 * 0.1,
  ],
  [
    "users of CodeCommit beyond the fifth",
    vpc,
    `${vpc}\n  R: { Type: AWS::CodeCommit::Repository }\n  S: { Type: AWS::CodeCommit::Repository }`,
    2,
    { usage: { codeCommitUsers: 7 } },
  ],
  [
    "a bucket",
    vpc,
    `${vpc}\n  B: { Type: AWS::S3::Bucket }`,
    0.1 * 0.023 + 1000 * 0.000005 + 1000 * 0.0000004,
  ],
  [
    "Container Insights",
    "\n  C: { Type: AWS::ECS::Cluster }",
    "\n  C: { Type: AWS::ECS::Cluster, Properties: { ClusterSettings: [{ Name: containerInsights, Value: enabled }] } }",
    (40 - 10) * 0.3,
    { usage: { containerInsightsMetrics: 40 } },
  ],
  [
    "scaling to a target",
    vpc,
    `${vpc}\n  P: { Type: AWS::ApplicationAutoScaling::ScalingPolicy, Properties: { PolicyType: TargetTrackingScaling } }`,
    0.2,
    { usage: { alwaysFree: false } },
  ],
])("moves the total for %s by its listed price", (_, before, after, expected, given) => {
  const moved = estimateTemplate(after, given).monthly - estimateTemplate(before, given).monthly;
  expect(moved).toBeCloseTo(expected, 8);
});

test("uses the deployed size, not that of a bootstrap revision in the template", () => {
  const arm = { vcpu: 0.25, memoryGb: 0.5, storageGb: 30, architecture: "arm" as const };
  const { monthly } = estimateTemplate(service(), { taskSizes: new Map([["web", arm]]) });
  expect(monthly).toBeCloseTo(730 * (0.25 * 0.03238 + 0.5 * 0.00356 + 10 * 0.000111), 8);
});

test("shortens by hours what is deleted with its stack, and not what stays behind", () => {
  const text = `${database(", BackupRetentionPeriod: 1")}\n    DeletionPolicy: Snapshot${vpc}`;
  const { monthly } = estimateTemplate(text, { usage: { hours: 73, keptSnapshots: 2, databaseGb: 3 } });
  expect(monthly).toBeCloseTo(73 * 0.017 + 20 * 0.1 * 0.115 + 2 * 3 * 0.095, 8);
});

test("shows free resources with their reason, and counts a year as twelve months", () => {
  const estimate = estimateTemplate(`${service()}\n  Role: { Type: AWS::IAM::Role }`);
  expect(estimate.freeResources).toEqual([
    {
      template: "one",
      resource: "Task",
      type: "AWS::ECS::TaskDefinition",
      reason: expect.stringMatching(/tasks that run from it/),
    },
    { template: "one", resource: "Role", type: "AWS::IAM::Role", reason: "IAM is free" },
  ]);
  expect(estimate.yearly).toBeCloseTo(12 * aTask, 8);
});
