import type { NatGateway, Route, RouteTable, Subnet } from "@aws-sdk/client-ec2";
import { type Answer, contains, isPrivate } from "./addresses.ts";
import type { Network } from "./network.ts";

/** Where the route table of a subnet sends packets for public addresses. */
export interface RouteOut {
  readonly answer: Answer;
  readonly table: RouteTable | undefined;
  /** The state that decides, to follow the table's id in a sentence. */
  readonly text: string;
  /** The only thing that the way lacks is a public address of the sender. */
  readonly lacksAddress?: boolean;
  /** Table of the NAT gateway's subnet, if that lacks a route. */
  readonly nat?: RouteTable | undefined;
}

/** Returns the table that a subnet is associated with, else the main one of its VPC. */
export function tableOf({ routeTables }: Network, { SubnetId, VpcId }: Subnet): RouteTable | undefined {
  const has = (test: (association: { SubnetId?: string; Main?: boolean }) => unknown) =>
    routeTables.find((table) => table.VpcId === VpcId && table.Associations?.some(test));
  return has((association) => association.SubnetId === SubnetId) ?? has(({ Main }) => Main);
}

/** Together these are all addresses; a route table may have routes to each instead of one to 0.0.0.0/0. */
const halves = ["0.0.0.0/1", "128.0.0.0/1"];

/**
 * Follows the most specific route ("Route priority", VPC user guide). Public addresses of AWS are not known here: a
 * route to some of them is followed only as far as it may be a way.
 */
export function routeOut(
  network: Network,
  subnet: Subnet,
  hasAddress: boolean,
  passed: readonly string[] = [],
): RouteOut {
  const table = tableOf(network, subnet);
  if (!table) return { answer: "unknown", table, text: "is not shown" };
  const routes = (table.Routes ?? []).filter(({ GatewayId }) => GatewayId !== "local");
  const follow = (route: Route | undefined) => ({ ...target(network, route, hasAddress, passed), table });
  const [one, other] = halves.map((half) => follow(mostSpecific(routes, half)));
  if (!one || !other || one.answer !== other.answer)
    return { answer: "unknown", table, text: "has different routes to halves of the internet" };
  if (one.answer !== "closed") return one;
  const partly = routes.filter(isToSome).map(follow);
  return partly.find(({ answer }) => answer !== "closed")
    ? { answer: "unknown", table, text: "has routes to some public addresses" }
    : one;
}

function mostSpecific(routes: readonly Route[], range: string): Route | undefined {
  const sizeOf = ({ DestinationCidrBlock = "" }: Route) => Number(DestinationCidrBlock.split("/")[1]);
  return routes
    .filter(({ DestinationCidrBlock = "" }) => contains(DestinationCidrBlock, range))
    .toSorted((one, two) => sizeOf(two) - sizeOf(one))[0];
}

/** The route of a gateway endpoint is to its own service only. */
function isToSome({ DestinationCidrBlock, DestinationPrefixListId, GatewayId = "" }: Route): boolean {
  if (DestinationPrefixListId) return !GatewayId.startsWith("vpce-");
  if (!DestinationCidrBlock || isPrivate(DestinationCidrBlock)) return false;
  return !halves.some((half) => contains(DestinationCidrBlock, half));
}

type Target = Omit<RouteOut, "table">;
const closed = (text: string): Target => ({ answer: "closed", text });

function target(
  network: Network,
  route: Route | undefined,
  hasAddress: boolean,
  passed: readonly string[],
): Target {
  if (!route) return closed("has no route to a NAT gateway or an internet gateway");
  const { GatewayId = "", NatGatewayId, DestinationCidrBlock, State, ...others } = route;
  const nat = NatGatewayId && network.natGateways.find((each) => each.NatGatewayId === NatGatewayId);
  if (nat) return throughNat(network, nat, passed);
  const names = [NatGatewayId, GatewayId, ...Object.values(others)];
  const name = names.find((each) => typeof each === "string" && /^[a-z]+-[0-9a-f]+/.test(each));
  const to = `sends ${DestinationCidrBlock} to ${name ?? "another target"}`;
  if (State === "blackhole") return closed(`${to}, which is detached or deleted (blackhole)`);
  if (!GatewayId.startsWith("igw-")) return { answer: "unknown", text: to };
  if (hasAddress) return { answer: "open", text: to };
  return { ...closed(`${to}, which serves public addresses only`), lacksAddress: true };
}

/** A NAT gateway needs a way out of its own subnet ("NAT gateways", VPC user guide). */
function throughNat(
  network: Network,
  { NatGatewayId: id = "", State, SubnetId, ConnectivityType, FailureMessage }: NatGateway,
  passed: readonly string[],
): Target {
  const to = `sends the internet's packets to ${id}`;
  if (State === "pending") return { answer: "unknown", text: `${to}, which is not ready yet` };
  if (State !== "available")
    return closed(`${to}, which is ${State}${FailureMessage ? ` (${FailureMessage})` : ""}`);
  const subnet = network.subnets.find((each) => each.SubnetId === SubnetId);
  // A regional one has no subnet of its own, and a way out; one of a shared VPC may be in another account.
  if (!subnet) return { answer: SubnetId ? "unknown" : "open", text: to };
  if (passed.includes(id)) return closed(`${to}, which has no way out but itself`);
  const own = routeOut(network, subnet, ConnectivityType !== "private", [...passed, id]);
  const where = `it is in ${SubnetId}, whose route table ${own.table?.RouteTableId} ${own.text}`;
  if (own.answer === "closed")
    return { ...closed(`${to}, but ${where}`), nat: own.lacksAddress ? undefined : own.table };
  // Whether a chain of NAT gateways leads out is not checked.
  return { answer: passed.length > 0 ? "unknown" : own.answer, text: to };
}

/** Returns the subnets of a VPC that lead to an internet gateway. */
export function publicSubnets(network: Network, vpcId: string | undefined): Subnet[] {
  return network.subnets.filter(
    (subnet) => subnet.VpcId === vpcId && routeOut(network, subnet, false).lacksAddress,
  );
}

/** Returns the command that sets a table's default route; without a target, to the internet gateway of its VPC. */
export function setRoute({ RouteTableId, VpcId, Routes = [] }: RouteTable = {}, target?: string): string {
  const verb = Routes.some((route) => route.DestinationCidrBlock === "0.0.0.0/0") ? "replace" : "create";
  const find = `aws ec2 describe-internet-gateways --filters Name=attachment.vpc-id,Values=${VpcId}`;
  const gateway = `--gateway-id $(${find} --query 'InternetGateways[0].InternetGatewayId' --output text)`;
  return `aws ec2 ${verb}-route --route-table-id ${RouteTableId} --destination-cidr-block 0.0.0.0/0 ${target ?? gateway}`;
}
