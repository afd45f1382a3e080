import type { Stage } from "../stage.support.ts";

export type Parts = Awaited<ReturnType<typeof partsOf>>;
/** Changes the account, and returns what undoes it. */
export type Change = (parts: Parts) => Promise<() => Promise<unknown>>;

/** Returns the network of the service `web`. */
export async function partsOf({ simulator, inputs }: Stage) {
  const { ec2, ecs, elbv2, rds } = simulator.aws;
  const { services } = await ecs.describeServices({ cluster: inputs("").cluster, services: ["web"] });
  const service = services?.[0]?.taskSets?.[0] ?? services?.[0];
  const network = service?.networkConfiguration?.awsvpcConfiguration;
  const { subnets = [], securityGroups: [group = ""] = [] } = network ?? {};
  const { Subnets } = await ec2.describeSubnets({ SubnetIds: subnets });
  const vpc = Subnets?.[0]?.VpcId ?? "";
  const { RouteTables } = await ec2.describeRouteTables({ Filters: [{ Name: "vpc-id", Values: [vpc] }] });
  const [{ RouteTableId: table = "", Routes = [] } = {}] = RouteTables ?? [];
  const gateway = Routes.find(({ GatewayId }) => GatewayId?.startsWith("igw-"))?.GatewayId;
  return { ec2, elbv2, rds, clock: simulator.clock, vpc, subnets, group, table, gateway };
}

const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };
export const noRoute: Change = async ({ ec2, table: RouteTableId, gateway: GatewayId }) => {
  await ec2.deleteRoute({ RouteTableId, ...everywhere });
  return () => ec2.createRoute({ RouteTableId, ...everywhere, GatewayId });
};

/** Leads the tasks' subnets to a NAT gateway that is in a public subnet, or in one like theirs. */
export const throughNat =
  (isPublic: boolean): Change =>
  async ({ ec2, vpc: VpcId, clock, table: RouteTableId, gateway: GatewayId }) => {
    const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: `10.0.${isPublic ? 7 : 8}.0/24` });
    const SubnetId = Subnet?.SubnetId;
    if (isPublic) {
      const { RouteTable } = await ec2.createRouteTable({ VpcId });
      await ec2.createRoute({ RouteTableId: RouteTable?.RouteTableId, ...everywhere, GatewayId });
      await ec2.associateRouteTable({ RouteTableId: RouteTable?.RouteTableId, SubnetId });
    }
    const { AllocationId } = await ec2.allocateAddress({});
    const { NatGateway } = await ec2.createNatGateway({ SubnetId, AllocationId });
    const { NatGatewayId = "" } = NatGateway ?? {};
    const read = () => ec2.describeNatGateways({ NatGatewayIds: [NatGatewayId] });
    await clock.until(async () => (await read()).NatGateways?.[0]?.State === "available");
    await ec2.replaceRoute({ RouteTableId, ...everywhere, NatGatewayId });
    return () => ec2.replaceRoute({ RouteTableId, ...everywhere, GatewayId });
  };

/** Replaces the route by endpoints of these services. */
export const endpoints =
  (...services: readonly string[]): Change =>
  async (parts) => {
    const { ec2, vpc: VpcId, subnets: SubnetIds, group, table } = parts;
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    const undo = await noRoute(parts);
    const https = { GroupId: group, IpProtocol: "tcp", FromPort: 443, ToPort: 443, CidrIp: "10.0.0.0/16" };
    await ec2.authorizeSecurityGroupIngress(https);
    const created = services.map((service) =>
      ec2.createVpcEndpoint({
        ...{ VpcId, ServiceName: `com.amazonaws.us-east-1.${service}` },
        ...(service === "s3"
          ? { VpcEndpointType: "Gateway", RouteTableIds: [table] }
          : { VpcEndpointType: "Interface", SubnetIds, SecurityGroupIds: [group] }),
      }),
    );
    const ids = (await Promise.all(created)).flatMap(({ VpcEndpoint }) => VpcEndpoint?.VpcEndpointId ?? []);
    return async () => {
      await ec2.deleteVpcEndpoints({ VpcEndpointIds: ids });
      await ec2.revokeSecurityGroupIngress(https);
      await undo();
    };
  };

export const closedGroup: Change = async ({ ec2, group: GroupId }) => {
  const rule = { GroupId, IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, CidrIp: "0.0.0.0/0" };
  await ec2.revokeSecurityGroupIngress(rule);
  return () => ec2.authorizeSecurityGroupIngress(rule);
};
export const healthPort: Change = async ({ elbv2 }) => {
  const { TargetGroups = [] } = await elbv2.describeTargetGroups({});
  const set = (HealthCheckPort: string) => () =>
    Promise.all(
      TargetGroups.map(({ TargetGroupArn }) => elbv2.modifyTargetGroup({ TargetGroupArn, HealthCheckPort })),
    );
  await set("9000")();
  return set("traffic-port");
};

/** Creates the database `shop`, whose group admits nobody; returns its address. */
export async function createDatabase({ ec2, rds, subnets: SubnetIds, vpc: VpcId, clock }: Parts) {
  const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "shop", Description: "shop", VpcId });
  await rds.createDBSubnetGroup({ DBSubnetGroupName: "shop", DBSubnetGroupDescription: "shop", SubnetIds });
  await rds.createDBInstance({
    ...{
      DBInstanceIdentifier: "shop",
      DBInstanceClass: "db.t3.micro",
      Engine: "mysql",
      AllocatedStorage: 20,
    },
    ...{ MasterUsername: "admin", MasterUserPassword: "lab-password" },
    ...{ DBSubnetGroupName: "shop", VpcSecurityGroupIds: [GroupId] },
  });
  const read = async () => (await rds.describeDBInstances({})).DBInstances?.[0];
  await clock.until(async () => (await read())?.DBInstanceStatus === "available");
  return { host: (await read())?.Endpoint?.Address ?? "", group: GroupId };
}
