import type { IpPermission, NatGateway, Route, VpcEndpoint } from "@aws-sdk/client-ec2";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { DBInstance } from "@aws-sdk/client-rds";
import { expect, it } from "vitest";
import { needsOf } from "./needs.ts";
import type { Network, Placement, Way } from "./network.ts";
import setUps from "./set-ups.json" with { type: "json" };
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

const inVpc = { VpcId: "vpc-1" };
function endpointOf(service: string, more: object = {}): VpcEndpoint {
  const isGateway = service === "s3";
  return {
    ...{ ...inVpc, VpcEndpointId: `vpce-${service}`, ServiceName: `com.amazonaws.us-east-1.${service}` },
    ...{
      State: "Available",
      VpcEndpointType: isGateway ? "Gateway" : "Interface",
      PrivateDnsEnabled: !isGateway,
    },
    ...{ SubnetIds: ["subnet-task"], Groups: isGateway ? [] : [{ GroupId: "sg-endpoints" }] },
    ...(isGateway && { RouteTableIds: ["rtb-task"] }),
    ...more,
  };
}

function networkOf(given: SetUp, rules: { [group: string]: readonly string[] } = {}): Network {
  const { routes = {}, publicRoutes = { "0.0.0.0/0": "igw-1" }, endpoints = [], last, nat } = given;
  const out = given.balancer || given.health ? "sg-balancer" : "sg-task";
  const group = (GroupId: string) => ({
    ...{ ...inVpc, GroupId, IpPermissions: (rules[GroupId] ?? []).map(ruleOf) },
    IpPermissionsEgress: ((GroupId === out && given.out) || everything).map(ruleOf),
  });
  const gateway: NatGateway = {
    ...inVpc,
    NatGatewayId: "nat-1",
    SubnetId: "subnet-public",
    State: "available",
  };
  const table = (name: string, Associations: object[], of: Readonly<Record<string, string>>) => ({
    ...{ ...inVpc, RouteTableId: `rtb-${name}`, Associations, Routes: routesOf(of) },
  });
  return {
    subnets: [
      {
        ...{ ...inVpc, SubnetId: "subnet-task", CidrBlock: "10.0.0.0/24", AvailabilityZone: "us-east-1a" },
        ...given.subnet,
      },
      { ...inVpc, SubnetId: "subnet-public", CidrBlock: "10.0.1.0/24", AvailabilityZone: "us-east-1b" },
    ],
    routeTables: [
      table("task", [{ Main: true }], routes),
      table("public", [{ SubnetId: "subnet-public" }], publicRoutes),
    ],
    groups: ["sg-task", "sg-endpoints", "sg-balancer"].map(group),
    natGateways: nat ? [{ ...gateway, ...nat }] : [],
    endpoints: endpoints.map((each, at) => endpointOf(each, at === endpoints.length - 1 ? last : {})),
    dns: given.dns,
  };
}

const placement: Placement = { subnets: ["subnet-task"], securityGroups: ["sg-task"] };
const container: ContainerDefinition = {
  image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1",
  logConfiguration: { logDriver: "awslogs", options: { "awslogs-region": "us-east-1" } },
};
const asked = { region: "us-east-1", account: "123456789012", giveAddress: "aws ecs update-service" };
const host = "shop.abc.us-east-1.rds.amazonaws.com";
const database: DBInstance = {
  DBInstanceIdentifier: "shop",
  Endpoint: { Address: host, Port: 3306 },
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-endpoints" }],
  DBSubnetGroup: { VpcId: "vpc-1", Subnets: [{ SubnetIdentifier: "subnet-public" }] },
};
const balancer: LoadBalancer = {
  ...{ ...inVpc, LoadBalancerName: "web", Type: "application", SecurityGroups: ["sg-balancer"] },
  AvailabilityZones: ["us-east-1a", "us-east-1b"].map((ZoneName) => ({
    ZoneName,
    SubnetId: "subnet-public",
  })),
};

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
