import {
  DescribeVpcAttributeCommand,
  type EC2Client,
  type NatGateway,
  paginateDescribeNatGateways,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  type RouteTable,
  type SecurityGroup,
  type Subnet,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import type { AwsVpcConfiguration } from "@aws-sdk/client-ecs";
import type { Peer } from "./addresses.ts";

/** EC2's state of a VPC, or of several, as far as it decides who reaches whom. */
export interface Network {
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
  readonly groups: readonly SecurityGroup[];
  readonly natGateways: readonly NatGateway[];
  readonly endpoints: readonly VpcEndpoint[];
  /** DNS attributes of the VPC. */
  readonly dns?: { readonly support: boolean; readonly hostnames: boolean } | undefined;
}

/** A connection that the network does not allow, or that cannot be decided here. */
export interface Way {
  readonly answer: "closed" | "unknown";
  /** Who cannot reach whom: the tasks AWS services, the load balancer the tasks, or the tasks a database. */
  readonly kind: "out" | "in" | "database";
  readonly text: string;
  /** Empty if the way is unknown. */
  readonly fix: string;
}

/** The tasks' network interfaces, by the service's own settings. */
export interface Placement extends Pick<AwsVpcConfiguration, "assignPublicIp"> {
  readonly subnets: readonly string[];
  /** Without any, tasks have the default group of the VPC (API reference, AwsVpcConfiguration). */
  readonly securityGroups: readonly string[];
}

type Send = { readonly abortSignal?: AbortSignal };

/** Reads the VPC of the tasks. An id that does not exist is left out. */
export async function readNetwork(
  client: EC2Client,
  placement: Placement,
  send: Send = {},
): Promise<Network> {
  const filter = (Name: string, Values: readonly string[]) => ({ Filters: [{ Name, Values: [...Values] }] });
  const subnetsBy = (input: object) =>
    collect(paginateDescribeSubnets({ client }, input, send), ({ Subnets }) => Subnets);
  const [first] = await subnetsBy(filter("subnet-id", placement.subnets));
  const vpcId = first?.VpcId;
  if (!vpcId) return { subnets: [], routeTables: [], groups: [], natGateways: [], endpoints: [] };
  const inVpc = filter("vpc-id", [vpcId]);
  const groupsBy = (input: object) =>
    collect(paginateDescribeSecurityGroups({ client }, input, send), ({ SecurityGroups }) => SecurityGroups);
  const [subnets, routeTables, groups, endpoints, dns] = await Promise.all([
    subnetsBy(inVpc),
    collect(paginateDescribeRouteTables({ client }, inVpc, send), ({ RouteTables }) => RouteTables),
    groupsBy(inVpc),
    collect(paginateDescribeVpcEndpoints({ client }, inVpc, send), ({ VpcEndpoints }) => VpcEndpoints),
    readDns(client, vpcId, send),
  ]);
  // A group of another VPC may be associated with this one.
  const others = placement.securityGroups.filter((id) => !idsOf(groups).includes(id));
  if (others.length > 0) groups.push(...(await groupsBy(filter("group-id", others))));
  const hasNat = routeTables.some(({ Routes = [] }) => Routes.some(({ NatGatewayId }) => NatGatewayId));
  const pages = () => paginateDescribeNatGateways({ client }, { Filter: inVpc.Filters }, send);
  const natGateways = hasNat ? await collect(pages(), ({ NatGateways }) => NatGateways) : [];
  return { subnets, routeTables, groups, natGateways, endpoints, dns };
}

/** Returns the items of all pages. */
export async function collect<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(itemsOf(page) ?? []));
  return found;
}

async function readDns(client: EC2Client, VpcId: string, send: Send): Promise<Network["dns"]> {
  const read = (Attribute: "enableDnsSupport" | "enableDnsHostnames") =>
    client.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }), send);
  const [{ EnableDnsSupport }, { EnableDnsHostnames }] = await Promise.all([
    read("enableDnsSupport"),
    read("enableDnsHostnames"),
  ]);
  return { support: EnableDnsSupport?.Value !== false, hostnames: EnableDnsHostnames?.Value !== false };
}

/** Returns the groups of a placement that exist. */
export function groupsOf(
  { groups, subnets }: Network,
  { securityGroups, subnets: ids }: Placement,
): SecurityGroup[] {
  if (securityGroups.length > 0) return groups.filter(({ GroupId = "" }) => securityGroups.includes(GroupId));
  const vpcId = subnets.find(({ SubnetId = "" }) => ids.includes(SubnetId))?.VpcId;
  return groups.filter(({ GroupName, VpcId }) => GroupName === "default" && VpcId === vpcId);
}

/** Returns those with a network interface in these subnets. The address of a subnet that was not read may be any. */
export function peerIn({ subnets }: Network, groups: readonly string[], ids: readonly string[]): Peer {
  const range = (id: string) => subnets.find(({ SubnetId }) => SubnetId === id)?.CidrBlock ?? "0.0.0.0/0";
  return { groups, ranges: ids.map(range) };
}

export const rulesIn = (groups: readonly SecurityGroup[]) =>
  groups.flatMap(({ IpPermissions = [] }) => IpPermissions);
export const rulesOut = (groups: readonly SecurityGroup[]) =>
  groups.flatMap(({ IpPermissionsEgress = [] }) => IpPermissionsEgress);
export const idsOf = (groups: readonly SecurityGroup[]) => groups.map(({ GroupId = "" }) => GroupId);

/** Returns the command that lets a group out to another one, or to the internet. */
export function allowOut(group: string, port: number, to: string | undefined): string {
  const peer = to ? `UserIdGroupPairs=[{GroupId=${to}}]` : "IpRanges=[{CidrIp=0.0.0.0/0}]";
  return `aws ec2 authorize-security-group-egress --group-id ${group} --ip-permissions 'IpProtocol=tcp,FromPort=${port},ToPort=${port},${peer}'`;
}

export function allowIn(group: string, port: number, from: string | undefined): string {
  const source = from?.startsWith("sg-") ? `--source-group ${from}` : `--cidr ${from}`;
  return `aws ec2 authorize-security-group-ingress --group-id ${group} --protocol tcp --port ${port} ${source}`;
}
