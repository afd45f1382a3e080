import type { Socket } from "../runtime/network.ts";
import { contains, formatAddress, parseCidr, usableAddresses } from "../services/ec2/cidr.ts";
import type { Ec2State } from "../services/ec2/state.ts";
import { admission, type End } from "./groups.ts";
import type { Database, NetworkInterface, Networks, Place } from "./networks.ts";
import { tableOf } from "./way-out.ts";

/** Returns why connections of a load balancer's nodes to a port of a task are dropped; undefined if they are not. */
export function taskProblem(ec2: Ec2State, nodes: Balancer, task: NetworkInterface, port: number) {
  const what = `connections of the load balancer ${nodes.name} to tasks`;
  if (admission(ec2, nodes, true, port, task) === "closed") return dropped(what, nodes, task, port, "egress");
  return refuses(ec2, task, false, port, nodes) ? dropped(what, nodes, task, port, "ingress") : undefined;
}

type Grouped = Pick<Place, "groupIds">;

function dropped(what: string, from: Grouped, to: Grouped, port: number, side: "egress" | "ingress"): string {
  const [{ groupIds }, other, rules] = side === "egress" ? [from, to, "outbound"] : [to, from, "inbound"];
  const opened = `IpProtocol=tcp,FromPort=${port},ToPort=${port},UserIdGroupPairs=[{GroupId=${other.groupIds[0]}}]`;
  const fix = `aws ec2 authorize-security-group-${side} --group-id ${groupIds[0]} --ip-permissions '${opened}'`;
  return `${what} on port ${port} time out: ${rules} rules of ${groupIds.join(", ")} do not admit ${other.groupIds.join(", ")}. Fix: ${fix}`;
}

/** Returns whether connections of a task to a database's socket are dropped; undefined if networks decide nothing. */
export function databaseFilter(networks: Networks) {
  if (networks.mode === "off") return undefined;
  return (address: string, socket: Socket): boolean => {
    const { ec2, interfaces, databaseAt, report } = networks;
    const task = interfaces.get(address);
    const database = databaseAt?.(socket);
    const problem = ec2 && task && database && databaseProblem(ec2, task, database);
    if (problem) report(problem);
    return problem !== undefined;
  };
}

function databaseProblem(ec2: Ec2State, task: NetworkInterface, database: Database): string | undefined {
  const { vpcId, port, isPublic } = database;
  const what = "connections of tasks to a database";
  // The simulator has no connections between VPCs. From another one, a public instance has a public address.
  if (ec2.subnets.get(task.subnetId)?.vpcId !== vpcId)
    return isPublic ? undefined : `${what} time out: it is in ${vpcId}, the tasks are not`;
  if (refuses(ec2, task, true, port, database)) return dropped(what, task, database, port, "egress");
  const isClosed = admission(ec2, database, false, port, task) === "closed";
  return isClosed ? dropped(what, task, database, port, "ingress") : undefined;
}

/** Returns whether groups admit none of the addresses that an interface may have in its subnets. */
function refuses(
  ec2: Ec2State,
  groups: Pick<End, "groupIds">,
  egress: boolean,
  port: number,
  { subnetIds, groupIds }: Place,
): boolean {
  const addresses = subnetIds.flatMap((id) => addressesToAsk(ec2, groups.groupIds, id));
  const isRefused = (address: string) =>
    admission(ec2, groups, egress, port, { address, groupIds }) === "closed";
  return addresses.length > 0 && addresses.every(isRefused);
}

/** Returns the first address of a subnet, and those at which a range of the groups' rules begins. */
function addressesToAsk(ec2: Ec2State, groupIds: readonly string[], subnetId: string): string[] {
  const subnet = ec2.subnets.get(subnetId);
  if (!subnet) return [];
  const [first, count] = usableAddresses(subnet.cidr);
  const begins = groupIds
    .flatMap((id) => ec2.securityGroups.get(id)?.rules ?? [])
    .flatMap(({ peer }) => (peer.kind === "ipv4" ? (parseCidr(peer.cidr)?.base ?? []) : []))
    .filter((base) => first < base && base < first + count);
  return [first, ...begins].map(formatAddress);
}

/** Returns the zone of the subnet that contains an address; undefined for addresses outside the VPC. */
export function zoneOf(ec2: Ec2State, vpcId: string | undefined, address: string): string | undefined {
  const block = parseCidr(`${address}/32`);
  const subnets = [...ec2.subnets.values()];
  return subnets.find((subnet) => subnet.vpcId === vpcId && block && contains(subnet.cidr, block))?.zone;
}

interface Balancer extends Place {
  readonly name: string;
  readonly isInternal: boolean;
}

/**
 * Returns what keeps clients on the internet from a listener, or those that use a certain node ("Clients cannot connect
 * to an internet-facing load balancer", Application Load Balancers guide).
 */
export function listenerProblem(ec2: Ec2State, balancer: Balancer, port: number) {
  const { name, isInternal, subnetIds, groupIds } = balancer;
  const problem = (what: string, fix: string, isClosed = true) => {
    const connections = isClosed ? "connections" : "on AWS, some connections";
    const text = `${connections} to listener ${port} of the load balancer ${name} time out: ${what}. Fix: ${fix}`;
    return { isClosed, text };
  };
  if (isInternal) return problem("its scheme is internal", "create it with the scheme internet-facing");
  if (admission(ec2, balancer, false, port, { address: "internet", groupIds: [] }) === "closed")
    return problem(
      `inbound rules of ${groupIds.join(", ")} do not admit port ${port} from the internet`,
      `aws ec2 authorize-security-group-ingress --group-id ${groupIds[0]} --protocol tcp --port ${port} --cidr 0.0.0.0/0`,
    );
  const hidden = subnetIds.filter((id) => !isPublicSubnet(ec2, id));
  if (hidden.length === 0) return undefined;
  return problem(
    `no route from ${hidden.join(", ")} to an attached internet gateway`,
    "give the load balancer public subnets, or their route tables the route 0.0.0.0/0 to an internet gateway",
    hidden.length === subnetIds.length,
  );
}

/** "A public subnet has a route to an internet gateway" (VPC user guide); here it may lead some addresses only. */
function isPublicSubnet(ec2: Ec2State, id: string): boolean {
  const vpcId = ec2.subnets.get(id)?.vpcId;
  const routes = tableOf(ec2, id)?.routes ?? [];
  return routes.some(
    ({ target }) => "gatewayId" in target && ec2.internetGateways.get(target.gatewayId)?.vpcId === vpcId,
  );
}
