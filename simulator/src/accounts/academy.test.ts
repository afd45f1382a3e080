import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { RDS } from "@aws-sdk/client-rds";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, it } from "vitest";
import { parseArguments } from "../command.ts";
import { refusal } from "../kit/calls.support.ts";
import { trustOf } from "../kit/policies.support.ts";
import { startStackTest } from "../services/cloudformation/resources/stack.support.ts";
import { startTestSimulator } from "../test-simulator.support.ts";

const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());

const trust = trustOf("ec2.amazonaws.com");
const byName = (name: string) => ({ Filters: [{ Name: "tag:Name", Values: [name] }] });

describe("the lab's account", () => {
  it("has a VPC with two public subnets and a working route to the internet", async () => {
    const ec2 = new EC2(simulator.clientConfig);
    const { Vpcs = [] } = await ec2.describeVpcs(byName("LabVPC"));
    const VpcId = Vpcs[0]?.VpcId;
    const { Subnets = [] } = await ec2.describeSubnets(byName("Public Subnet*"));
    expect(Subnets.map((each) => [each.VpcId, each.AvailabilityZone, each.MapPublicIpOnLaunch])).toEqual([
      [VpcId, "us-east-1a", true],
      [VpcId, "us-east-1b", true],
    ]);
    const ids = Subnets.map(({ SubnetId = "" }) => SubnetId);
    const { RouteTables = [] } = await ec2.describeRouteTables({
      Filters: [{ Name: "association.subnet-id", Values: ids }],
    });
    expect(RouteTables[0]?.Routes?.[1]).toMatchObject({ DestinationCidrBlock: "0.0.0.0/0", State: "active" });
  });

  it("has the monolith's server and its database", async () => {
    const ec2 = new EC2(simulator.clientConfig);
    const { Reservations } = await ec2.describeInstances(byName("MonolithicAppServer"));
    expect(Reservations?.[0]?.Instances?.[0]?.PublicIpAddress).toMatch(/^198\.51\.100\./);
    const rds = new RDS(simulator.clientConfig);
    const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: "supplierdb" });
    expect(DBInstances).toMatchObject([
      { DBInstanceStatus: "available", DBName: "COFFEE", MasterUsername: "admin", Engine: "mysql" },
    ]);
  });

  it.each([
    ["PipelineRole", "codepipeline.amazonaws.com", "AWSCodePipeline_FullAccess"],
    ["DeployRole", "codedeploy.amazonaws.com", "AWSCodeDeployRoleForECS"],
  ])("has %s, which %s may assume", async (RoleName, service, policy) => {
    const iam = new IAM(simulator.clientConfig);
    const { Role } = await iam.getRole({ RoleName });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toContain(service);
    const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
    expect(AttachedPolicies.map(({ PolicyName }) => PolicyName)).toContain(policy);
  });

  it.each<[string, (clients: { iam: IAM; s3: S3 }) => Promise<unknown>, string]>([
    [
      "iam:CreateRole",
      ({ iam }) => iam.createRole({ RoleName: "mine", AssumeRolePolicyDocument: JSON.stringify(trust) }),
      "arn:aws:iam::123456789012:role/mine",
    ],
    [
      "iam:CreateOpenIDConnectProvider",
      ({ iam }) => iam.createOpenIDConnectProvider({ Url: "https://token.example.com" }),
      "arn:aws:iam::123456789012:oidc-provider/token.example.com",
    ],
    [
      "s3:PutBucketVersioning",
      ({ s3 }) =>
        s3.putBucketVersioning({ Bucket: "artifacts", VersioningConfiguration: { Status: "Enabled" } }),
      '"arn:aws:s3:::artifacts"',
    ],
  ])("is denied %s", async (action, call, resource) => {
    const { clientConfig } = simulator;
    const clients = { iam: new IAM(clientConfig), s3: new S3(clientConfig) };
    expect(await refusal(call(clients))).toBe(
      `403 AccessDenied: User: arn:aws:iam::123456789012:user/student is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    );
  });

  it("is denied nothing else with a similar name", async () => {
    const iam = new IAM(simulator.clientConfig);
    await iam.createServiceLinkedRole({ AWSServiceName: "ecs.amazonaws.com" });
    const s3 = new S3(simulator.clientConfig);
    await s3.createBucket({ Bucket: "artifacts" });
    expect((await s3.getBucketVersioning({ Bucket: "artifacts" })).Status).toBeUndefined();
  });
});

it("CloudFormation is denied the same operations as its caller", async () => {
  const stack = await startStackTest(
    startTestSimulator({ account: "academy" }),
    ({ clientConfig }) => new CloudFormation(clientConfig),
  );
  try {
    const Properties = { AssumeRolePolicyDocument: trust };
    const outcome = await stack.create({ Role: { Type: "AWS::IAM::Role", Properties } });
    expect(outcome).toMatch(/^Role: .*not authorized to perform: iam:CreateRole .*Error code: AccessDenied/);
    expect(await stack.remove()).toBe("gone");
  } finally {
    await stack.close();
  }
});

it("the command accepts the kinds of account, and no others", () => {
  expect(parseArguments(["--account-kind", "academy"]).account).toBe("academy");
  expect(() => parseArguments(["--account-kind=acadmy"])).toThrow('"acadmy" is not one of standard, academy');
});
