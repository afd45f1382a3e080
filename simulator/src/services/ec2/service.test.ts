import { describe, expect, it } from "vitest";
import { type Call, callsOf, codeOf } from "../../kit/calls.support.ts";
import { ec2InTime } from "./ec2.support.ts";
import { ec2 as definition } from "./service.ts";

const ec2 = () => callsOf(definition.create);

const vpcIn = (call: Call) => call("createVpc", { CidrBlock: "10.0.0.0/16" }).Vpc.VpcId;

describe("subnets", () => {
  it.each([
    ["10.0.1.0/24", "no error"],
    ["10.0.0.0/24", "InvalidSubnet.Conflict"],
    ["10.0.0.128/25", "InvalidSubnet.Conflict"],
    ["10.0.0.0/16", "InvalidSubnet.Conflict"],
    ["10.1.0.0/24", "InvalidSubnet.Range"],
    ["10.0.2.0/29", "InvalidSubnet.Range"],
    ["10.0.2.0", "InvalidParameterValue"],
    ["10.0.2.300/24", "InvalidParameterValue"],
  ])("a second block %s: %s", async (CidrBlock, code) => {
    const call = await ec2();
    const VpcId = vpcIn(call);
    call("createSubnet", { VpcId, CidrBlock: "10.0.0.0/24" });
    expect(codeOf(() => call("createSubnet", { VpcId, CidrBlock }))).toBe(code);
  });

  it("report their zone, their free addresses and the canonical block", async () => {
    const call = await ec2();
    const { Subnet } = call("createSubnet", {
      VpcId: vpcIn(call),
      CidrBlock: "10.0.3.7/24",
      AvailabilityZone: "us-east-1b",
    });
    expect(Subnet).toMatchObject({
      CidrBlock: "10.0.3.0/24",
      AvailableIpAddressCount: 251,
      AvailabilityZoneId: "use1-az2",
    });
  });
});

describe("describe calls", () => {
  it.each([
    [{ Filters: [{ Name: "tag:Name", Values: ["Public*"] }] }, ["Public Subnet1", "Public Subnet2"]],
    [{ Filters: [{ Name: "availability-zone", Values: ["us-east-1a"] }] }, ["Public Subnet1"]],
    [{ MaxResults: 2 }, ["Public Subnet1", "Public Subnet2"]],
  ])("%j", async (request, names) => {
    const call = await ec2();
    const VpcId = vpcIn(call);
    for (const [index, Value] of ["Public Subnet1", "Public Subnet2", "Private"].entries())
      call("createSubnet", {
        VpcId,
        CidrBlock: `10.0.${index}.0/24`,
        AvailabilityZone: `us-east-1${"abc"[index]}`,
        TagSpecifications: [{ ResourceType: "subnet", Tags: [{ Key: "Name", Value }] }],
      });
    const { Subnets } = call("describeSubnets", request);
    expect(Subnets.map(({ Tags }: { Tags: { Value: string }[] }) => Tags[0]?.Value)).toEqual(names);
  });

  it("refuse an unknown filter with an error that names it", async () => {
    const call = await ec2();
    expect(() => call("describeVpcs", { Filters: [{ Name: "colour", Values: ["red"] }] })).toThrow(
      /'colour'/,
    );
  });
});

describe("routes", () => {
  it("become a black hole when the gateway is detached", async () => {
    const call = await ec2();
    const VpcId = vpcIn(call);
    const { InternetGatewayId } = call("createInternetGateway", {}).InternetGateway;
    const { RouteTableId } = call("createRouteTable", { VpcId }).RouteTable;
    const route = { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: InternetGatewayId };
    expect(codeOf(() => call("createRoute", route))).toBe("InvalidParameterValue");
    call("attachInternetGateway", { InternetGatewayId, VpcId });
    call("createRoute", route);
    expect(codeOf(() => call("createRoute", route))).toBe("RouteAlreadyExists");
    const stateOf = () =>
      call("describeRouteTables", { RouteTableIds: [RouteTableId] }).RouteTables[0].Routes[1].State;
    expect(stateOf()).toBe("active");
    call("detachInternetGateway", { InternetGatewayId, VpcId });
    expect(stateOf()).toBe("blackhole");
  });
});

describe("security groups", () => {
  const http = { IpProtocol: "tcp", FromPort: 80, ToPort: 80 };

  it.each([
    [{ ...http, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }, "InvalidPermission.Duplicate"],
    [{ ...http, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }, "no error"],
    [{ ...http, IpRanges: [{ CidrIp: "10.0.0.0" }] }, "InvalidParameterValue"],
    [{ ...http, ToPort: 79, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }, "InvalidParameterValue"],
    [{ ...http, IpProtocol: "tls", IpRanges: [{ CidrIp: "10.0.0.0/8" }] }, "InvalidParameterValue"],
    [{ ...http, UserIdGroupPairs: [{ GroupId: "sg-0" }] }, "InvalidGroup.NotFound"],
    [http, "InvalidParameterValue"],
    [{ IpProtocol: "-1", FromPort: 80, ToPort: 79, IpRanges: [{ CidrIp: "10.0.0.0/8" }] }, "no error"],
  ])("authorize %j: %s", async (permission, code) => {
    const call = await ec2();
    const group = { GroupName: "microservices-sg", Description: "web", VpcId: vpcIn(call) };
    const { GroupId } = call("createSecurityGroup", group);
    const first = { ...http, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    call("authorizeSecurityGroupIngress", { GroupId, IpPermissions: [first] });
    const again = () => call("authorizeSecurityGroupIngress", { GroupId, IpPermissions: [permission] });
    expect(codeOf(again)).toBe(code);
  });

  it("do not admit a group of another VPC", async () => {
    const call = await ec2();
    const [home, other] = [vpcIn(call), vpcIn(call)].map(
      (VpcId) => call("createSecurityGroup", { GroupName: "g", Description: "g", VpcId }).GroupId,
    );
    const IpPermissions = [{ ...http, UserIdGroupPairs: [{ GroupId: other }] }];
    expect(() => call("authorizeSecurityGroupIngress", { GroupId: home, IpPermissions })).toThrow(
      "You have specified two resources that belong to different networks.",
    );
  });

  it("group peers of the same ports into one permission and revoke one of them", async () => {
    const call = await ec2();
    const group = { GroupName: "microservices-sg", Description: "web", VpcId: vpcIn(call) };
    const { GroupId } = call("createSecurityGroup", group);
    const [a, b] = ["10.0.0.0/8", "192.168.0.0/16"].map((CidrIp) => ({ CidrIp }));
    call("authorizeSecurityGroupIngress", { GroupId, IpPermissions: [{ ...http, IpRanges: [a, b] }] });
    call("revokeSecurityGroupIngress", { GroupId, ...http, ...a });
    const [described] = call("describeSecurityGroups", { GroupIds: [GroupId] }).SecurityGroups;
    expect(described.IpPermissions).toMatchObject([{ ...http, IpRanges: [b] }]);
    expect(described.IpPermissionsEgress).toMatchObject([{ IpProtocol: "-1" }]);
  });
});

describe("deleting", () => {
  it("works only from the leaves to the VPC", async () => {
    const { call, pass } = await ec2InTime();
    const VpcId = vpcIn(call);
    const { SubnetId } = call("createSubnet", { VpcId, CidrBlock: "10.0.0.0/24" }).Subnet;
    const { InternetGatewayId } = call("createInternetGateway", {}).InternetGateway;
    call("attachInternetGateway", { InternetGatewayId, VpcId });
    const { RouteTableId } = call("createRouteTable", { VpcId }).RouteTable;
    const { AssociationId } = call("associateRouteTable", { RouteTableId, SubnetId });
    const { AllocationId } = call("allocateAddress", { Domain: "vpc" });
    const { NatGatewayId } = call("createNatGateway", { SubnetId, AllocationId }).NatGateway;
    const { GroupId } = call("createSecurityGroup", { GroupName: "a", Description: "a", VpcId });

    const steps: [string, object, string][] = [
      ["releaseAddress", { AllocationId }, "InvalidIPAddress.InUse"],
      ["detachInternetGateway", { InternetGatewayId, VpcId }, "DependencyViolation"],
      ["deleteSubnet", { SubnetId }, "DependencyViolation"],
      ["deleteVpc", { VpcId }, "DependencyViolation"],
      ["deleteNatGateway", { NatGatewayId }, "no error"],
      ["releaseAddress", { AllocationId }, "no error"],
      ["deleteInternetGateway", { InternetGatewayId }, "DependencyViolation"],
      ["detachInternetGateway", { InternetGatewayId, VpcId }, "no error"],
      ["deleteInternetGateway", { InternetGatewayId }, "no error"],
      ["deleteRouteTable", { RouteTableId }, "DependencyViolation"],
      ["disassociateRouteTable", { AssociationId }, "no error"],
      ["deleteRouteTable", { RouteTableId }, "no error"],
      ["deleteSubnet", { SubnetId }, "no error"],
      ["deleteVpc", { VpcId }, "DependencyViolation"],
      ["deleteSecurityGroup", { GroupId }, "no error"],
      ["deleteVpc", { VpcId }, "no error"],
      ["deleteVpc", { VpcId }, "InvalidVpcID.NotFound"],
    ];
    const results: unknown[] = [];
    for (const [name, input] of steps) {
      results.push([name, input, codeOf(() => call(name, input))]);
      // It releases its addresses only after a while.
      if (name === "deleteNatGateway") pass(600);
    }
    expect(results).toEqual(steps);
    expect(call("describeSecurityGroups", {}).SecurityGroups).toEqual([]);
  });
});
