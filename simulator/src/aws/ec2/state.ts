import { randomBytes } from "node:crypto";
import type { Tenancy } from "@aws-sdk/client-ec2";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import type { Cidr } from "./cidr.ts";

export interface Vpc {
  readonly id: string;
  readonly cidr: Cidr;
  readonly tenancy: Tenancy;
  readonly dhcpOptionsId: string;
  dnsSupport: boolean;
  dnsHostnames: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: Cidr;
  readonly zone: string;
  mapPublicIpOnLaunch: boolean;
}

export interface InternetGateway {
  readonly id: string;
  vpcId?: string | undefined;
}

export type RouteTarget = { readonly gatewayId: string } | { readonly natGatewayId: string };

export interface Route {
  readonly destination: string;
  readonly target: RouteTarget;
  readonly origin: "CreateRouteTable" | "CreateRoute";
}

export interface RouteTable {
  readonly id: string;
  readonly vpcId: string;
  routes: Route[];
}

export interface Association {
  readonly id: string;
  routeTableId: string;
  /** Absent for a VPC's main route table. */
  readonly subnetId?: string;
}

export interface SecurityGroup {
  readonly id: string;
  readonly vpcId: string;
  readonly name: string;
  readonly description: string;
  rules: Rule[];
}

export interface Rule {
  readonly id: string;
  readonly egress: boolean;
  readonly protocol: string;
  /** Ports, or ICMP type and code; absent when every protocol is meant. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly peer: Peer;
  readonly description?: string | undefined;
}

export type Peer =
  | { readonly kind: "ipv4" | "ipv6"; readonly cidr: string }
  | { readonly kind: "group"; readonly groupId: string };

export interface Address {
  readonly id: string;
  readonly publicIp: string;
}

export interface NatGateway {
  readonly id: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp: string;
  readonly address?: Address | undefined;
  readonly createTime: Date;
  deleteTime?: Date;
}

export interface Ec2State {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => Date;
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly internetGateways: Map<string, InternetGateway>;
  readonly routeTables: Map<string, RouteTable>;
  readonly associations: Map<string, Association>;
  readonly securityGroups: Map<string, SecurityGroup>;
  readonly addresses: Map<string, Address>;
  readonly natGateways: Map<string, NatGateway>;
  /** By resource id. */
  readonly tags: Map<string, Map<string, string>>;
}

export function createEc2State({ accountId, region, clock }: Environment): Ec2State {
  return {
    accountId,
    region,
    now: () => clock.now(),
    vpcs: new Map(),
    subnets: new Map(),
    internetGateways: new Map(),
    routeTables: new Map(),
    associations: new Map(),
    securityGroups: new Map(),
    addresses: new Map(),
    natGateways: new Map(),
    tags: new Map(),
  };
}

/** `vpc-0123456789abcdef0`: EC2's ids are 17 hexadecimal digits after the kind. */
export function newId(kind: string): string {
  return `${kind}-${randomBytes(9).toString("hex").slice(0, 17)}`;
}

export const unsupported = "UnsupportedOperation";

export function dependencyViolation(what: string, id: string): AwsError {
  return new AwsError("DependencyViolation", `The ${what} '${id}' has dependencies and cannot be deleted.`);
}

export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValue", message);
}

const kinds = {
  vpcs: { code: "InvalidVpcID.NotFound", noun: "vpc ID" },
  subnets: { code: "InvalidSubnetID.NotFound", noun: "subnet ID" },
  internetGateways: { code: "InvalidInternetGatewayID.NotFound", noun: "internetGateway ID" },
  routeTables: { code: "InvalidRouteTableID.NotFound", noun: "routeTable ID" },
  associations: { code: "InvalidAssociationID.NotFound", noun: "association ID" },
  securityGroups: { code: "InvalidGroup.NotFound", noun: "security group" },
  addresses: { code: "InvalidAllocationID.NotFound", noun: "allocation ID" },
  natGateways: { code: "NatGatewayNotFound", noun: "NAT gateway" },
} as const;

export type Kind = keyof typeof kinds;
export type Item<K extends Kind> = (Ec2State[K] extends Map<string, infer Value> ? Value : never) & {
  readonly id: string;
};

export function allOf<K extends Kind>(state: Ec2State, kind: K): Item<K>[] {
  return [...(state[kind] as Map<string, Item<K>>).values()];
}

/** The resource of that id, or EC2's own NotFound error of its kind. */
export function find<K extends Kind>(state: Ec2State, kind: K, id: string | undefined): Item<K> {
  const item = (state[kind] as Map<string, Item<K>>).get(id ?? "");
  if (item) return item;
  const { code, noun } = kinds[kind];
  throw new AwsError(code, `The ${noun} '${id ?? ""}' does not exist`);
}

export function remove(state: Ec2State, kind: Kind, id: string): void {
  state[kind].delete(id);
  state.tags.delete(id);
}
