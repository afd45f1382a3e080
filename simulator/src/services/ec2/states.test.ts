import { beforeEach, describe, expect, it } from "vitest";
import { codeOf } from "../../kit/calls.support.ts";
import { ec2InTime } from "./ec2.support.ts";
import { publicImages } from "./images.ts";

let ec2: Awaited<ReturnType<typeof ec2InTime>>;
let VpcId: string;
let SubnetId: string;
let InternetGatewayId: string;
beforeEach(async () => {
  ec2 = await ec2InTime();
  VpcId = ec2.call("createVpc", { CidrBlock: "10.0.0.0/16" }).Vpc.VpcId;
  SubnetId = ec2.call("createSubnet", { VpcId, CidrBlock: "10.0.0.0/24" }).Subnet.SubnetId;
  InternetGatewayId = ec2.call("createInternetGateway", {}).InternetGateway.InternetGatewayId;
});

describe("an instance", () => {
  it("changes its state in its time", async () => {
    const { call, pass } = ec2;
    const ImageId = publicImages("us-east-1")[0]?.id;
    const run = { ImageId, InstanceType: "t3.micro", SubnetId, MinCount: 1, MaxCount: 1 };
    const { Instances } = await call("runInstances", run);
    const InstanceIds = [Instances[0].InstanceId];
    const state = () => call("describeInstances", { InstanceIds }).Reservations[0].Instances[0].State.Name;
    expect(state()).toBe("pending");
    expect(codeOf(() => call("stopInstances", { InstanceIds }))).toBe("IncorrectInstanceState");
    pass(15);
    expect(state()).toBe("running");
    expect(call("stopInstances", { InstanceIds }).StoppingInstances).toMatchObject([
      { PreviousState: { Name: "running", Code: 16 }, CurrentState: { Name: "stopping", Code: 64 } },
    ]);
    expect(codeOf(() => call("startInstances", { InstanceIds }))).toBe("IncorrectInstanceState");
    pass(30);
    expect(state()).toBe("stopped");
    call("startInstances", { InstanceIds });
    pass(15);
    expect(state()).toBe("running");
    call("terminateInstances", { InstanceIds });
    expect(state()).toBe("shutting-down");
    expect(codeOf(() => call("deleteSubnet", { SubnetId }))).toBe("DependencyViolation");
    pass(30);
    expect(state()).toBe("terminated");
    pass(3600);
    expect(codeOf(state)).toBe("InvalidInstanceID.NotFound");
  });
});

describe("a NAT gateway", () => {
  const create = (more: object) =>
    ec2.call("createNatGateway", { SubnetId, ...more }).NatGateway.NatGatewayId;
  const one = (id: string) => ec2.call("describeNatGateways", { NatGatewayIds: [id] }).NatGateways[0];

  it("becomes available after a while, has its own addresses, and releases them in the end", () => {
    const { call, pass } = ec2;
    const gateway = { InternetGatewayId, VpcId };
    call("attachInternetGateway", gateway);
    const { AllocationId, PublicIp } = call("allocateAddress", {});
    const id = create({ AllocationId });
    expect(one(id).State).toBe("pending");
    pass(60);
    expect(one(id).State).toBe("available");
    expect(one(id).NatGatewayAddresses).toMatchObject([{ PublicIp, PrivateIp: "10.0.0.4" }]);
    const { RouteTableId } = call("createRouteTable", { VpcId }).RouteTable;
    call("createRoute", { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: id });
    expect(codeOf(() => create({ AllocationId }))).toBe("Resource.AlreadyAssociated");
    expect(codeOf(() => call("releaseAddress", { AllocationId }))).toBe("InvalidIPAddress.InUse");
    expect(codeOf(() => call("detachInternetGateway", gateway))).toBe("DependencyViolation");
    call("deleteNatGateway", { NatGatewayId: id });
    expect(one(id).State).toBe("deleting");
    expect(codeOf(() => call("releaseAddress", { AllocationId }))).toBe("InvalidIPAddress.InUse");
    pass(30);
    expect(one(id).State).toBe("deleted");
    call("releaseAddress", { AllocationId });
    call("detachInternetGateway", gateway);
    const [table] = call("describeRouteTables", { RouteTableIds: [RouteTableId] }).RouteTables;
    expect(table.Routes[1]).toMatchObject({ NatGatewayId: id, State: "blackhole" });
  });

  it("fails without an internet gateway", () => {
    const { AllocationId } = ec2.call("allocateAddress", {});
    const id = create({ AllocationId });
    ec2.pass(60);
    expect(one(id)).toMatchObject({ State: "failed", FailureCode: "Gateway.NotAttached" });
    ec2.call("releaseAddress", { AllocationId });
  });
});
