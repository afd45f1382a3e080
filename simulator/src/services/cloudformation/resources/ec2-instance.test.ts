import { expect, it } from "vitest";
import { publicImages } from "../../ec2/images.ts";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const [image] = publicImages("us-east-1").filter(({ architecture }) => architecture === "x86_64");
const encoded = (text: string) => ({ "Fn::Base64": text });
const of = (id: string, attribute: string) => ({ "Fn::GetAtt": [id, attribute] });

const server = (properties: object) => ({
  Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16", InstanceTenancy: "default" } },
  Subnet: {
    Type: "AWS::EC2::Subnet",
    Properties: { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.0.0/24", MapPublicIpOnLaunch: true },
  },
  Other: { Type: "AWS::EC2::Subnet", Properties: { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.1.0/24" } },
  Gateway: { Type: "AWS::EC2::InternetGateway" },
  Attachment: {
    Type: "AWS::EC2::VPCGatewayAttachment",
    Properties: { VpcId: { Ref: "Vpc" }, InternetGatewayId: { Ref: "Gateway" } },
  },
  Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: trust } },
  Profile: { Type: "AWS::IAM::InstanceProfile", Properties: { Roles: [{ Ref: "Role" }] } },
  Server: {
    Type: "AWS::EC2::Instance",
    DependsOn: "Attachment",
    Properties: {
      ImageId: image?.id,
      InstanceType: "t3.micro",
      SubnetId: { Ref: "Subnet" },
      IamInstanceProfile: { Ref: "Profile" },
      UserData: encoded("#!/bin/sh"),
      Tags: [{ Key: "Name", Value: "MonolithicAppServer" }],
      ...properties,
    },
  },
  Address: { Type: "AWS::EC2::EIP", Properties: { InstanceId: { Ref: "Server" } } },
});
const describeServer = async () => {
  const { Reservations } = await stack.aws.ec2.describeInstances({
    Filters: [{ Name: "instance-state-name", Values: ["running"] }],
  });
  return Reservations?.[0]?.Instances?.[0];
};

it("creates a running instance with all its parts, and leaves none of them", async () => {
  const outputs = { Private: { Value: of("Server", "PrivateIp") }, Public: { Value: { Ref: "Address" } } };
  expect(await stack.create(server({}), outputs)).toBe("CREATE_COMPLETE");
  expect(await stack.outputs()).toEqual({ Private: "10.0.0.4", Public: "203.0.113.1" });
  expect(await describeServer()).toMatchObject({
    InstanceId: await stack.physicalId("Server"),
    PublicIpAddress: "203.0.113.1",
    IamInstanceProfile: { Arn: expect.stringContaining(":instance-profile/resources-Profile-") },
    Tags: [{ Key: "Name", Value: "MonolithicAppServer" }],
  });
  expect(await stack.remove()).toBe("gone");
  expect(await describeServer()).toBeUndefined();
  const own = { Filters: [{ Name: "is-default", Values: ["false"] }] };
  expect((await stack.aws.ec2.describeVpcs(own)).Vpcs).toEqual([]);
  expect((await stack.aws.ec2.describeAddresses({})).Addresses).toEqual([]);
  expect((await stack.aws.iam.listInstanceProfiles({})).InstanceProfiles).toEqual([]);
});

it.each<[string, object, "same" | "new"]>([
  ["InstanceType", { InstanceType: "t3.small" }, "same"],
  ["IamInstanceProfile", { IamInstanceProfile: { Ref: "AWS::NoValue" } }, "same"],
  ["SubnetId", { SubnetId: { Ref: "Other" } }, "new"],
])("a change of %s %j results in the %s instance", async (_, change, expected) => {
  await stack.create(server({}));
  const before = await stack.physicalId("Server");
  expect(await stack.update(server(change))).toBe("UPDATE_COMPLETE");
  expect((await stack.physicalId("Server")) === before ? "same" : "new").toBe(expected);
  const after = await describeServer();
  expect(after?.InstanceId).toBe(await stack.physicalId("Server"));
  expect(after?.PublicIpAddress).toBe("203.0.113.1");
});

it("reports why an instance cannot be created, and removes the rest", async () => {
  expect(await stack.create(server({ ImageId: "ami-0" }))).toMatch(
    /^Server: .*The image id '\[ami-0\]' does not/,
  );
  expect(await stack.remove()).toBe("gone");
});

const vpc = {
  Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlock: "10.0.0.0/16", EnableDnsHostnames: true } },
  Subnet: { Type: "AWS::EC2::Subnet", Properties: { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.0.0/24" } },
  Table: { Type: "AWS::EC2::RouteTable", Properties: { VpcId: { Ref: "Vpc" } } },
};
const gateway = {
  Gateway: { Type: "AWS::EC2::InternetGateway" },
  Attachment: {
    Type: "AWS::EC2::VPCGatewayAttachment",
    Properties: { VpcId: { Ref: "Vpc" }, InternetGatewayId: { Ref: "Gateway" } },
  },
};
const nat = (dependsOn: { DependsOn?: string } = {}) => ({
  Address: { Type: "AWS::EC2::EIP", Properties: { Domain: "vpc" }, ...dependsOn },
  Nat: {
    Type: "AWS::EC2::NatGateway",
    Properties: { SubnetId: { Ref: "Subnet" }, AllocationId: { "Fn::GetAtt": ["Address", "AllocationId"] } },
    ...dependsOn,
  },
  Route: {
    Type: "AWS::EC2::Route",
    Properties: {
      RouteTableId: { Ref: "Table" },
      DestinationCidrBlock: "0.0.0.0/0",
      NatGatewayId: { Ref: "Nat" },
    },
  },
});
const endpoints = {
  S3: {
    Type: "AWS::EC2::VPCEndpoint",
    Properties: {
      VpcId: { Ref: "Vpc" },
      ServiceName: { "Fn::Sub": "com.amazonaws.$" + "{AWS::Region}.s3" },
      RouteTableIds: [{ Ref: "Table" }],
    },
  },
  Registry: {
    Type: "AWS::EC2::VPCEndpoint",
    Properties: {
      VpcId: { Ref: "Vpc" },
      ServiceName: "com.amazonaws.us-east-1.ecr.api",
      VpcEndpointType: "Interface",
      SubnetIds: [{ Ref: "Subnet" }],
      PrivateDnsEnabled: true,
    },
  },
};
const routes = async () => {
  const { RouteTables } = await stack.aws.ec2.describeRouteTables({
    RouteTableIds: [await stack.physicalId("Table")],
  });
  return RouteTables?.[0]?.Routes?.slice(1);
};

it("changes the route to the internet from a NAT gateway to endpoints and back, and leaves nothing", async () => {
  const attached = { DependsOn: "Attachment" };
  expect(await stack.create({ ...vpc, ...gateway, ...nat(attached) })).toBe("CREATE_COMPLETE");
  expect(await routes()).toMatchObject([{ NatGatewayId: await stack.physicalId("Nat"), State: "active" }]);
  expect(await stack.update({ ...vpc, ...gateway, ...endpoints })).toBe("UPDATE_COMPLETE");
  expect(await routes()).toMatchObject([{ GatewayId: await stack.physicalId("S3") }]);
  expect((await stack.aws.ec2.describeAddresses({})).Addresses).toEqual([]);
  expect(await stack.update({ ...vpc, ...gateway, ...nat(attached) })).toBe("UPDATE_COMPLETE");
  expect((await stack.aws.ec2.describeVpcEndpoints({})).VpcEndpoints).toEqual([]);
  expect(await stack.remove()).toBe("gone");
  const own = { Filters: [{ Name: "is-default", Values: ["false"] }] };
  expect((await stack.aws.ec2.describeVpcs(own)).Vpcs).toEqual([]);
});

it("reports a NAT gateway created before its internet gateway", async () => {
  expect(await stack.create({ ...vpc, ...nat() })).toMatch(
    /^Nat: .* state failed: Network .* has no Internet/,
  );
  expect(await stack.remove()).toBe("gone");
});
