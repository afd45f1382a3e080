import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Simulator } from "../../simulator.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";
import type { Aws } from "../api.ts";

let simulator: Simulator;
let ec2: Aws["ec2"];
let vpc: string;
let subnet: string;
let table: string;
beforeEach(async () => {
  simulator = await startTestSimulator();
  ec2 = simulator.aws.ec2;
  vpc = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  subnet = (await ec2.createSubnet({ VpcId: vpc, CidrBlock: "10.0.0.0/24" })).Subnet?.SubnetId ?? "";
  table = (await ec2.createRouteTable({ VpcId: vpc })).RouteTable?.RouteTableId ?? "";
});
afterEach(() => simulator.close());

/** The name of a refusal's error, or "nothing". */
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "nothing",
    ({ code }) => code,
  );

describe("a VPC endpoint", () => {
  const create = async (more: object) =>
    (await ec2.createVpcEndpoint({ VpcId: vpc, ServiceName: "com.amazonaws.us-east-1.ecr.api", ...more }))
      .VpcEndpoint;
  const s3 = { ServiceName: "com.amazonaws.us-east-1.s3" };

  it("of a gateway adds routes to tables, and removes them again", async () => {
    const { VpcEndpointId = "" } = (await create({ ...s3, RouteTableIds: [table] })) ?? {};
    const routes = async () =>
      (await ec2.describeRouteTables({ RouteTableIds: [table] })).RouteTables?.[0]?.Routes?.slice(1);
    expect(await routes()).toEqual([
      expect.objectContaining({
        DestinationPrefixListId: expect.stringMatching(/^pl-[0-9a-f]{8}$/),
        GatewayId: VpcEndpointId,
        State: "active",
      }),
    ]);
    expect(await codeOf(create({ ...s3, RouteTableIds: [table] }))).toBe("RouteAlreadyExists");
    await ec2.modifyVpcEndpoint({ VpcEndpointId, RemoveRouteTableIds: [table] });
    expect(await routes()).toEqual([]);
    await ec2.modifyVpcEndpoint({ VpcEndpointId, AddRouteTableIds: [table] });
    await ec2.deleteVpcEndpoints({ VpcEndpointIds: [VpcEndpointId] });
    expect(await routes()).toEqual([]);
  });

  it("of an interface takes an address in each subnet, and keeps it", async () => {
    await ec2.modifyVpcAttribute({ VpcId: vpc, EnableDnsHostnames: { Value: true } });
    const endpoint = await create({ VpcEndpointType: "Interface", SubnetIds: [subnet] });
    expect(endpoint).toMatchObject({ State: "available", SubnetIds: [subnet], PrivateDnsEnabled: true });
    const { Subnets } = await ec2.describeSubnets({ SubnetIds: [subnet] });
    expect(Subnets?.[0]?.AvailableIpAddressCount).toBe(250);
    expect(await codeOf(ec2.deleteSubnet({ SubnetId: subnet }))).toBe("DependencyViolation");
    expect(await codeOf(create({ VpcEndpointType: "Interface" }))).toBe("InvalidParameter");
    await ec2.deleteVpcEndpoints({ VpcEndpointIds: [endpoint?.VpcEndpointId ?? ""] });
    await ec2.deleteSubnet({ SubnetId: subnet });
  });

  it.each<[string, object, string]>([
    ["to no service", { ServiceName: "com.amazonaws.us-east-1.nope" }, "InvalidServiceName"],
    ["of a gateway to a service without", {}, "InvalidServiceName"],
    ["with private names although hosts have none", { VpcEndpointType: "Interface" }, "InvalidParameter"],
    ["of a gateway with a subnet", { ...s3, SubnetIds: ["subnet-1"] }, "InvalidParameter"],
    ["with an unknown table", { ...s3, RouteTableIds: ["rtb-1"] }, "InvalidRouteTableID.NotFound"],
    ["with a broken policy", { ...s3, PolicyDocument: "{" }, "InvalidPolicyDocument"],
  ])("%s is refused", async (_, more, code) => expect(await codeOf(create(more))).toBe(code));

  it("with two subnets in a zone is refused", async () => {
    const { Subnet } = await ec2.createSubnet({ VpcId: vpc, CidrBlock: "10.0.1.0/24" });
    const SubnetIds = [subnet, Subnet?.SubnetId ?? ""];
    const more = { VpcEndpointType: "Interface", PrivateDnsEnabled: false, SubnetIds };
    expect(await codeOf(create(more))).toBe("DuplicateSubnetsInSameZone");
    expect((await ec2.describeVpcEndpoints({})).VpcEndpoints).toEqual([]);
  });
});
