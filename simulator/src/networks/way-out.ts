import { natGatewayState } from "../services/ec2/addresses.ts";
import { type Cidr, contains, parseCidr } from "../services/ec2/cidr.ts";
import type { Ec2State, Route, Vpc, VpcEndpoint } from "../services/ec2/state.ts";
import { mainAssociation } from "../services/ec2/vpcs.ts";
import { type Admission, admission } from "./groups.ts";
import type { NetworkInterface } from "./networks.ts";

/** Where a connection goes to: the internet, or a service of AWS by the name of its endpoint. */
export type Destination = "internet" | "ecr.api" | "ecr.dkr" | "s3" | "logs" | "secretsmanager";

/** Whether a task can open connections to port 443 of a destination. */
export interface Way {
  readonly outcome: Admission;
  /** Why it is not open, with the ids of the resources that decide. */
  readonly reason: string;
  /** Address of the other end; undefined if its name is not resolved. */
  readonly address?: string;
}

/** The public endpoints of AWS. RFC 5737: no host really has it. */
const publicAddress = "192.0.2.1";
const port = 443;

const closed = (reason: string, address = publicAddress): Way => ({ outcome: "closed", reason, address });
const unresolved = (reason: string): Way => ({ outcome: "closed", reason });
const notChecked = (reason: string): Way => ({ outcome: "not checked", reason });
const fix =
  "Fix: lead 0.0.0.0/0 to a NAT gateway that works, or to an internet gateway with assignPublicIp ENABLED";
const open: Way = { outcome: "open", reason: "" };

/**
 * Decides by routes, gateways, endpoints, DNS and security groups. Sources: "Route tables", "NAT gateways", "Access an
 * AWS service using an interface VPC endpoint" and "DNS attributes for your VPC" of Amazon's VPC guides; "Amazon ECR
 * interface VPC endpoints". Network ACLs and the policies of endpoints do not count.
 */
export function wayOut(ec2: Ec2State, from: NetworkInterface, to: Destination): Way {
  const vpc = ec2.vpcs.get(ec2.subnets.get(from.subnetId)?.vpcId ?? "");
  if (!vpc) return closed(`subnet ${from.subnetId} does not exist`);
  if (!vpc.dnsSupport) return unresolved(`${vpc.id} resolves no names: enableDnsSupport is false`);
  const endpoint = endpointOf(ec2, vpc, to);
  if (!endpoint || !hasPrivateName(vpc, endpoint)) return overRoutes(ec2, from, to, endpoint);
  const ways = [overEndpoint(ec2, from, endpoint)];
  // An interface endpoint of S3 can leave the VPC's own requests to a gateway endpoint.
  if (to === "s3") ways.push(overRoutes(ec2, from, to));
  return merge(ways, `the addresses of S3 depend on the DNS options of ${endpoint.id}`);
}

function endpointOf({ vpcEndpoints, region }: Ec2State, vpc: Vpc, to: Destination): VpcEndpoint | undefined {
  const candidates = [...vpcEndpoints.values()].filter(
    ({ type, vpcId, serviceName }) =>
      type === "Interface" && vpcId === vpc.id && serviceName === `com.amazonaws.${region}.${to}`,
  );
  return candidates.find((each) => hasPrivateName(vpc, each)) ?? candidates[0];
}

/** Otherwise the service's name stands for public addresses in the VPC, too. */
function hasPrivateName({ dnsHostnames }: Vpc, { privateDns }: VpcEndpoint): boolean {
  return dnsHostnames && privateDns;
}

/** Every subnet of a VPC has a route to the interfaces of its endpoints. One of them is enough. */
function overEndpoint(ec2: Ec2State, from: NetworkInterface, endpoint: VpcEndpoint): Way {
  const { interfaces, securityGroupIds: groupIds, id } = endpoint;
  const address = interfaces[0]?.privateIp;
  if (address === undefined) return unresolved(`${id} has no network interface`);
  const admittedOut = interfaces.some(
    ({ privateIp }) => admission(ec2, from, true, port, { address: privateIp, groupIds }) === "open",
  );
  if (!admittedOut) return closed(`${outboundOf(from)} do not admit port ${port} of ${id}`, address);
  if (admission(ec2, { groupIds }, false, port, from) === "open") return open;
  return closed(
    `inbound rules of ${groupIds.join(", ")} (${id}) do not admit port ${port} from the task`,
    address,
  );
}

function outboundOf({ groupIds }: NetworkInterface): string {
  return `outbound rules of ${groupIds.join(", ")}`;
}

/** `unused` is an endpoint for the destination, whose name leads to public addresses. */
function overRoutes(ec2: Ec2State, from: NetworkInterface, to: Destination, unused?: VpcEndpoint): Way {
  const admitted = admission(ec2, from, true, port, { address: "internet", groupIds: [] });
  if (admitted === "closed")
    return closed(`${outboundOf(from)} do not admit port ${port} of public addresses`);
  const way = to === "s3" && hasGatewayToS3(ec2, from.subnetId) ? open : overGateways(ec2, from);
  const hint = unused ? `; ${unused.id} has no private DNS name` : "";
  if (way.outcome === "closed") return { ...way, reason: `${way.reason}${hint}. ${fix}` };
  if (admitted === "open") return way;
  return notChecked(`${outboundOf(from)} admit port ${port} of some public addresses only`);
}

function hasGatewayToS3(ec2: Ec2State, subnetId: string): boolean {
  const table = tableOf(ec2, subnetId);
  return [...ec2.vpcEndpoints.values()].some(
    ({ type, serviceName, routeTableIds }) =>
      type === "Gateway" &&
      serviceName === `com.amazonaws.${ec2.region}.s3` &&
      routeTableIds.includes(table?.id ?? ""),
  );
}

/** Returns the subnet's own route table, else the main one of its VPC. */
export function tableOf(ec2: Ec2State, subnetId: string) {
  const own = [...ec2.associations.values()].find((each) => each.subnetId === subnetId);
  const association = own ?? mainAssociation(ec2, ec2.subnets.get(subnetId)?.vpcId ?? "");
  return ec2.routeTables.get(association?.routeTableId ?? "");
}

type Origin = Pick<NetworkInterface, "subnetId" | "hasPublicAddress">;

/** `nat` is the gateway through which the connection has come to the subnet. */
function overGateways(ec2: Ec2State, from: Origin, nat?: string): Way {
  const table = tableOf(ec2, from.subnetId);
  const where = `route table ${table?.id} of ${from.subnetId}${nat ? ` (${nat})` : ""}`;
  const targets = routesOfPublicAddresses(table?.routes ?? []);
  const ways = [...targets].map((route) => overGateway(ec2, from, route, where, nat));
  return merge(ways, `${where} has different routes for public addresses`);
}

function overGateway(
  ec2: Ec2State,
  from: Origin,
  route: Route | undefined,
  where: string,
  nat?: string,
): Way {
  if (!route) return closed(`${where} has no route to public addresses, such as 0.0.0.0/0`);
  const { target, destination } = route;
  const leads = `${where} leads ${destination} to`;
  if ("natGatewayId" in target) {
    const gateway = ec2.natGateways.get(target.natGatewayId);
    const state = gateway ? natGatewayState(ec2, gateway) : "deleted";
    if (!gateway || state !== "available")
      return closed(`${leads} ${target.natGatewayId}, which is ${state}`);
    if (nat) return closed(`${leads} ${gateway.id}, not to an internet gateway`);
    return overGateways(ec2, { subnetId: gateway.subnetId, hasPublicAddress: true }, gateway.id);
  }
  const attached = ec2.internetGateways.get(target.gatewayId)?.vpcId;
  if (attached === undefined || attached !== ec2.subnets.get(from.subnetId)?.vpcId)
    return closed(`${leads} ${target.gatewayId}, which is not attached to the VPC`);
  if (from.hasPublicAddress) return open;
  return closed(`${leads} ${target.gatewayId}, and the task has no public address`);
}

/** Blocks that no public service has (RFC 6890). */
const otherBlocks = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  "224.0.0.0/3",
].flatMap((block) => parseCidr(block) ?? []);

/** Returns the public addresses at which one of the blocks begins, or has ended. */
function publicEdges(blocks: readonly Cidr[]): Cidr[] {
  return blocks
    .flatMap(({ base, prefix }) => [base, base + 2 ** (32 - prefix)])
    .flatMap((base) => (base < 2 ** 32 ? [{ base, prefix: 32 }] : []))
    .filter((address) => !otherBlocks.some((block) => contains(block, address)));
}

const edgesOfOtherBlocks = publicEdges(otherBlocks);

/** Returns the most specific route of every public address: one, if all have the same. It changes at edges only. */
function routesOfPublicAddresses(routes: readonly Route[]): Set<Route | undefined> {
  const known = routes.flatMap((route) => {
    const block = parseCidr(route.destination);
    return block ? [{ route, block }] : [];
  });
  const bySize = known.toSorted((a, b) => b.block.prefix - a.block.prefix);
  const addresses = [...edgesOfOtherBlocks, ...publicEdges(known.map(({ block }) => block))];
  const found = addresses.map((address) => bySize.find(({ block }) => contains(block, address))?.route);
  return new Set(found.filter((route) => !(route && isLocal(route))));
}

function isLocal({ target }: Route): boolean {
  return "gatewayId" in target && target.gatewayId === "local";
}

function merge(ways: readonly Way[], reason: string): Way {
  const [first = closed(reason)] = ways;
  return ways.every(({ outcome }) => outcome === first.outcome) ? first : notChecked(reason);
}
