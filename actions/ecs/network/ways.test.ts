import type { IpPermission, NatGateway, Route, VpcEndpoint } from "@aws-sdk/client-ec2";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { DBInstance } from "@aws-sdk/client-rds";
import { expect, it } from "vitest";
import { needsOf } from "./needs.ts";
import type { Network, Placement, Way } from "./network.ts";
import file from "./set-ups.json" with { type: "json" };
import { databasesIn, waysIn, waysToDatabase } from "./way-in.ts";
import { waysOut } from "./way-out.ts";

/** A row of set-ups.json changes these. Rules are `protocol port peer`, routes `target state` by destination. */
interface SetUp {
  /** The only one of these says what the ways are, and by which part. */
  readonly open?: string;
  readonly closed?: string;
  readonly unknown?: string;
  /** Matches the ways' texts and fixes, each on a line. */
  readonly text?: string;
  readonly routes?: Readonly<Record<string, string>>;
  readonly publicRoutes?: Readonly<Record<string, string>>;
  readonly nat?: object;
  /** More members of the tasks' subnet. */
  readonly subnet?: object;
  readonly endpoints?: readonly string[];
  /** More members of the last endpoint. */
  readonly last?: object;
  readonly dns?: Network["dns"];
  readonly publicIp?: boolean;
  /** Outgoing rules of the tasks or, with a load balancer, of its own group. */
  readonly out?: readonly string[];
  readonly ofEndpoints?: readonly string[];
  readonly container?: object;
  /** Incoming rules of the tasks or the database. */
  readonly rules?: readonly string[];
  readonly balancer?: object;
  readonly health?: number;
  readonly target?: object;
  readonly database?: object;
}

const everything = ["-1 0 0.0.0.0/0"];
function ruleOf(text: string): IpPermission {
  const [IpProtocol = "", port, peer = ""] = text.split(" ");
  const ports = IpProtocol === "-1" ? {} : { FromPort: Number(port), ToPort: Number(port) };
  if (peer.startsWith("sg-")) return { IpProtocol, ...ports, UserIdGroupPairs: [{ GroupId: peer }] };
  if (peer.startsWith("pl-")) return { IpProtocol, ...ports, PrefixListIds: [{ PrefixListId: peer }] };
  return { IpProtocol, ...ports, IpRanges: [{ CidrIp: peer }] };
}

function routesOf(routes: Readonly<Record<string, string>>): Route[] {
  const keys = { nat: "NatGatewayId", tgw: "TransitGatewayId", pcx: "VpcPeeringConnectionId" };
  const others = { eni: "NetworkInterfaceId" };
  return Object.entries({ "10.0.0.0/16": "local", ...routes }).map(([destination, to]) => {
    const [target = "", State = "active"] = to.split(" ");
    const key = { ...keys, ...others }[target.split("-")[0] ?? ""] ?? "GatewayId";
    const ofRange = destination.includes(":") ? "DestinationIpv6CidrBlock" : "DestinationCidrBlock";
    const at = destination.startsWith("pl-") ? "DestinationPrefixListId" : ofRange;
    return { [at]: destination, [key]: target, State } as Route;
  });
}

const { account, ...setUps } = file;

function endpointOf(service: string, more: object = {}): VpcEndpoint {
  const { gatewayEndpoint, interfaceEndpoint } = account;
  const kind = service === "s3" ? gatewayEndpoint : interfaceEndpoint;
  const ServiceName = `com.amazonaws.us-east-1.${service}`;
  return { ...kind, VpcEndpointId: `vpce-${service}`, ServiceName, ...more } as VpcEndpoint;
}

function networkOf(given: SetUp, rules: { [group: string]: readonly string[] } = {}): Network {
  const { routes = {}, publicRoutes = { "0.0.0.0/0": "igw-1" }, endpoints = [], last, nat, dns } = given;
  const VpcId = "vpc-1";
  const out = given.balancer || given.health ? "sg-balancer" : "sg-task";
  const group = (GroupId: string) => ({
    ...{ VpcId, GroupId, IpPermissions: (rules[GroupId] ?? []).map(ruleOf) },
    IpPermissionsEgress: ((GroupId === out && given.out) || everything).map(ruleOf),
  });
  const Associations = [{ SubnetId: "subnet-public" }];
  return {
    subnets: account.subnets.map((each, at) => ({ ...each, ...(at === 0 && given.subnet) })),
    routeTables: [
      { VpcId, RouteTableId: "rtb-task", Associations: [{ Main: true }], Routes: routesOf(routes) },
      { VpcId, RouteTableId: "rtb-public", Associations, Routes: routesOf(publicRoutes) },
    ],
    groups: ["sg-task", "sg-endpoints", "sg-balancer"].map(group),
    natGateways: nat ? [{ ...account.nat, ...nat } as NatGateway] : [],
    endpoints: endpoints.map((each, at) => endpointOf(each, at === endpoints.length - 1 ? last : {})),
    dns,
  };
}

const placement: Placement = account.placement;
const container = account.container as ContainerDefinition;
const balancer = account.balancer as LoadBalancer;
const database: DBInstance = account.database;
const asked = { region: "us-east-1", account: "123456789012", giveAddress: "aws ecs update-service" };

/**
 * Sources: "Route tables", "NAT gateways", "Security groups" and "DNS attributes" of the VPC user guide, the guide of
 * AWS PrivateLink, "Amazon ECR interface VPC endpoints", "Fargate task networking", target health codes of ELB.
 */
const decide: Record<keyof typeof setUps, (given: SetUp) => Way[]> = {
  out: (given) => {
    const network = networkOf(given, { "sg-endpoints": given.ofEndpoints ?? ["tcp 443 10.0.0.0/16"] });
    const assignPublicIp = given.publicIp ? "ENABLED" : "DISABLED";
    const needs = needsOf({ containerDefinitions: [container] });
    return waysOut({ ...asked, network, placement: { ...placement, assignPublicIp } }, needs);
  },
  needs: (given) => {
    const network = networkOf(
      { ...given, endpoints: ["ecr.api", "ecr.dkr", "logs", "s3"] },
      { "sg-endpoints": everything },
    );
    const needs = needsOf({ containerDefinitions: [given.container ?? {}] });
    return waysOut({ ...asked, network, placement }, needs);
  },
  in: (given) => {
    const network = networkOf({ balancer: {}, ...given }, { "sg-task": given.rules ?? [] });
    const target = { port: 8080, healthPort: given.health ?? 8080, balancers: [], ...given.target };
    return waysIn(network, placement, { ...balancer, ...given.balancer }, [target]);
  },
  database: (given) => {
    const network = networkOf(given, { "sg-endpoints": given.rules ?? [] });
    return waysToDatabase(network, placement, { ...database, ...given.database });
  },
};

const rows = Object.entries(setUps).flatMap(([way, given]) =>
  (given as SetUp[]).map((row) => {
    const answer = row.open ? "open" : row.closed ? "closed" : "unknown";
    const of = { out: "the way out", needs: "the need", in: "the way in", database: "the way to a database" };
    return [of[way as "out"], answer, row.open ?? row.closed ?? row.unknown, way as "out", row] as const;
  }),
);
it.each(rows)("decides that %s is %s: %s", (_, answer, __, way, row) => {
  const ways = decide[way](row);
  expect(ways.map((each) => each.answer)).toEqual(answer === "open" ? [] : ways.map(() => answer));
  expect(ways.length > 0).toBe(answer !== "open");
  const texts = ways.map(({ text, fix }) => `${text} | ${fix}`).join("\n");
  expect(texts).toMatch(new RegExp(row.text ?? "", "m"));
  for (const { text } of ways) expect(text.startsWith("whether ")).toBe(answer === "unknown");
});

const host = database.Endpoint?.Address ?? "";
it.each([
  [host, 1],
  [host.toUpperCase(), 1],
  [`mysql://nodeapp:secret@${host}:3306/COFFEE`, 1],
  [`jdbc:mysql://${host}/COFFEE?useSSL=false`, 1],
  [`other-${host}`, 0],
  ["127.0.0.1", 0],
])("finds the databases in %s: %i", (value, count) => {
  expect(databasesIn([value], [database])).toHaveLength(count);
});
