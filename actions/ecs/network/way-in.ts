import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { DBInstance } from "@aws-sdk/client-rds";
import { type Answer, admission } from "./addresses.ts";
import {
  allowIn,
  allowOut,
  groupsOf,
  idsOf,
  type Network,
  type Placement,
  peerIn,
  rulesIn,
  rulesOut,
  type Way,
} from "./network.ts";
import { publicSubnets } from "./routes.ts";

/** One end of a connection. */
interface End {
  readonly name: string;
  readonly subnets: readonly string[];
  readonly inEach?: boolean;
  /** Ids; those that were not read may admit anything. */
  readonly groups: readonly string[];
}

/** Returns the ways between two ends that their security groups close, on the side of each. */
function between(
  network: Network,
  kind: Way["kind"],
  from: End,
  to: End,
  port: number,
  effect: string,
): Way[] {
  const groups = (ids: readonly string[]) =>
    network.groups.filter(({ GroupId = "" }) => ids.includes(GroupId));
  const decide = (rules: typeof rulesIn, { groups: own }: End, other: End): Answer => {
    const found = groups(own);
    const answer = admission(rules(found), port, {
      ...other,
      ...peerIn(network, other.groups, other.subnets),
    });
    return answer === "closed" && found.length < own.length ? "unknown" : answer;
  };
  const say = ({ name, groups: ids }: End) => `${name} (${ids.join(", ") || "without a security group"})`;
  const [own = "", source] = [to.groups[0], from.groups[0]];
  const sides = [
    {
      answer: decide(rulesIn, to, from),
      text: `the security groups of ${say(to)} do not admit ${say(from)} on port ${port}${effect}`,
      // A Network Load Balancer may have no group.
      fix: source ? allowIn(own, port, source) : rangesOf(network, from, own, port),
    },
    {
      answer: from.groups.length === 0 ? "open" : decide(rulesOut, from, to),
      text: `the security groups of ${say(from)} allow nothing out to ${say(to)} on port ${port}${effect}`,
      fix: allowOut(source ?? "", port, to.groups[0]),
    },
  ];
  const unknown = `whether ${say(from)} may connect to ${say(to)} on port ${port}`;
  return sides.flatMap(({ answer, text, fix }): Way[] => {
    if (answer === "open") return [];
    return [answer === "closed" ? { kind, answer, text, fix } : { kind, answer, text: unknown, fix: "" }];
  });
}

function rangesOf(network: Network, { subnets }: End, group: string, port: number): string {
  return peerIn(network, [], subnets)
    .ranges.map((range) => allowIn(group, port, range))
    .join("; ");
}

function tasksOf(network: Network, placement: Placement): End {
  const groups = idsOf(groupsOf(network, placement));
  return { name: "the tasks", subnets: placement.subnets, inEach: true, groups };
}

/** A target group of the tasks. */
export interface Target {
  readonly port: number;
  readonly healthPort: number;
  /** ARNs of load balancers; none for the idle group of a pair. */
  readonly balancers: readonly string[];
  readonly isIpv6?: boolean;
}

/**
 * Returns what keeps a load balancer from its targets. A Network Load Balancer may pass the addresses of its clients on,
 * so only its health checks are decided.
 */
export function waysIn(
  network: Network,
  placement: Placement,
  {
    LoadBalancerName,
    LoadBalancerArn,
    Type,
    Scheme,
    VpcId,
    SecurityGroups = [],
    AvailabilityZones = [],
  }: LoadBalancer,
  targets: readonly Target[],
): Way[] {
  const own = network.subnets.filter(({ SubnetId = "" }) => placement.subnets.includes(SubnetId));
  // Targets in another VPC are reached through peering, whose routes are not read.
  if (own.length === 0 || own[0]?.VpcId !== VpcId || Type === "gateway") return [];
  const used = targets.filter(
    ({ balancers: of, isIpv6 }) => !isIpv6 && (of.length === 0 || of.includes(LoadBalancerArn ?? "")),
  );
  const from: End = {
    name: `the load balancer ${LoadBalancerName}`,
    subnets: AvailabilityZones.flatMap(({ SubnetId }) => SubnetId ?? []),
    groups: SecurityGroups,
  };
  const health = used.map(({ healthPort }) => healthPort);
  const ports = new Set([...(Type === "network" ? [] : used.map(({ port }) => port)), ...health]);
  const closed = [...ports].flatMap((port) => {
    const effect = health.includes(port) ? ", so its health checks time out" : ", so its requests time out";
    return between(network, "in", from, tasksOf(network, placement), port, effect);
  });
  const enabled = AvailabilityZones.map(({ ZoneName }) => ZoneName);
  const lacking = own.filter(({ AvailabilityZone }) => !enabled.includes(AvailabilityZone));
  if (lacking.length === 0) return closed;
  const ofVpc = network.subnets.filter((subnet) => subnet.VpcId === VpcId);
  const fit = Scheme === "internal" ? ofVpc : publicSubnets(network, VpcId);
  const zones = [...new Set(lacking.map(({ AvailabilityZone }) => AvailabilityZone))];
  const added = zones.map((zone) => {
    const found = fit.find((subnet) => subnet.AvailabilityZone === zone);
    return found?.SubnetId ?? `<subnet of ${zone}>`;
  });
  const ids = lacking.map(({ SubnetId }) => SubnetId).join(", ");
  return [
    ...closed,
    {
      kind: "in",
      answer: "closed",
      text: `tasks in ${ids} (${zones.join(", ")}) never become healthy (Target.NotInUse): their zone is not enabled for ${from.name}`,
      fix: `aws elbv2 set-subnets --load-balancer-arn ${LoadBalancerArn} --subnets ${[...from.subnets, ...added].join(" ")}`,
    },
  ];
}

/** The part of RDS's instance that decides who reaches it. */
type Database = Pick<DBInstance, "DBInstanceIdentifier" | "Endpoint" | "VpcSecurityGroups" | "DBSubnetGroup">;

/** Returns what keeps tasks, or the instance `who`, from a database. One of another VPC is not decided. */
export function waysToDatabase(
  network: Network,
  placement: Placement,
  { DBInstanceIdentifier, Endpoint, VpcSecurityGroups = [], DBSubnetGroup }: Database,
  who = "the tasks",
): Way[] {
  const [own] = network.subnets.filter(({ SubnetId = "" }) => placement.subnets.includes(SubnetId));
  if (!own || !DBSubnetGroup || own.VpcId !== DBSubnetGroup.VpcId || !Endpoint?.Port) return [];
  const to: End = {
    name: `the database ${DBInstanceIdentifier}`,
    subnets: (DBSubnetGroup.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []),
    groups: VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []),
  };
  return between(network, "database", { ...tasksOf(network, placement), name: who }, to, Endpoint.Port, "");
}

/** Returns the databases whose endpoint is in a value, such as in `mysql://user@host:3306/shop`. */
export function databasesIn<T extends Database>(values: readonly string[], databases: readonly T[]): T[] {
  const hosts = new Set(values.flatMap((value) => value.toLowerCase().match(/[\w-]+(?:\.[\w-]+)*/g) ?? []));
  return databases.filter(({ Endpoint }) => hosts.has(Endpoint?.Address?.toLowerCase() ?? "-"));
}
