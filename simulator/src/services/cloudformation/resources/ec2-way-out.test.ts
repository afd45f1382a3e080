import { expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

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
