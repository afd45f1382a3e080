import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";

export type Parts = Awaited<ReturnType<typeof partsOf>>;
/** Changes the account, and returns what undoes it. */
export type Change = (parts: Parts) => Promise<() => Promise<unknown>>;

/** Returns the network of a cluster's service `web`. */
export async function partsOf({ aws, clock }: TestSimulator, cluster: string) {
  const { ec2, ecs, rds } = aws;
  const { services } = await ecs.describeServices({ cluster, services: ["web"] });
  const service = services?.[0]?.taskSets?.[0] ?? services?.[0];
  const network = service?.networkConfiguration?.awsvpcConfiguration;
  const { subnets = [], securityGroups: [group = ""] = [] } = network ?? {};
  const { Subnets } = await ec2.describeSubnets({ SubnetIds: subnets });
  const vpc = Subnets?.[0]?.VpcId ?? "";
  const { RouteTables } = await ec2.describeRouteTables({ Filters: [{ Name: "vpc-id", Values: [vpc] }] });
  const [{ RouteTableId: table = "", Routes = [] } = {}] = RouteTables ?? [];
  const gateway = Routes.find(({ GatewayId }) => GatewayId?.startsWith("igw-"))?.GatewayId;
  return { ec2, rds, clock, vpc, subnets, group, table, gateway };
}

const everywhere = { DestinationCidrBlock: "0.0.0.0/0" };
export const noRoute: Change = async ({ ec2, table: RouteTableId, gateway: GatewayId }) => {
  await ec2.deleteRoute({ RouteTableId, ...everywhere });
  return () => ec2.createRoute({ RouteTableId, ...everywhere, GatewayId });
};

export const closedGroup: Change = async ({ ec2, group: GroupId }) => {
  const rule = { GroupId, IpProtocol: "tcp", FromPort: 8080, ToPort: 8080, CidrIp: "0.0.0.0/0" };
  await ec2.revokeSecurityGroupIngress(rule);
  return () => ec2.authorizeSecurityGroupIngress(rule);
};

/** Creates the database `shop`, whose group admits nobody; returns its host. */
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
  return (await read())?.Endpoint?.Address ?? "";
}
