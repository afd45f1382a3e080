import { randomBytes } from "node:crypto";
import type { Tenancy } from "@aws-sdk/client-ec2";
import { AwsError, errorWith } from "../../kit/errors.ts";
import type { Cidr } from "./cidr.ts";

export interface Vpc {
  readonly id: string;
  readonly cidr: Cidr;
  readonly tenancy: Tenancy;
  readonly dhcpOptionsId: string;
  /** The initial VPC of the account in its region. */
  readonly isDefault: boolean;
  dnsSupport: boolean;
  dnsHostnames: boolean;
}

export interface Subnet {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: Cidr;
  readonly zone: string;
  /** Created with the default VPC, one in each zone. */
  readonly isDefault: boolean;
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

interface Association {
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
  /** Ports, or ICMP type and code; undefined for every protocol. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly peer: Peer;
  readonly description?: string | undefined;
}

export type Peer =
  | { readonly kind: "ipv4" | "ipv6"; readonly cidr: string }
  | { readonly kind: "group"; readonly groupId: string };

/** An Elastic IP address. */
export interface Address {
  readonly id: string;
  readonly publicIp: string;
  /** Set while an instance has it. */
  association?: { readonly id: string; readonly instanceId: string } | undefined;
}

/** The state that an instance changes to, and since when; its current state depends on the time. */
export interface InstancePhase {
  readonly goal: "running" | "stopped" | "terminated";
  readonly since: Date;
  readonly reason?: { readonly code: string; readonly message: string };
}

export interface Instance {
  readonly id: string;
  readonly reservationId: string;
  /** Index among the instances that one request started. */
  readonly launchIndex: number;
  readonly imageId: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly interfaceId: string;
  readonly privateIp: string;
  readonly wantsPublicIp: boolean;
  readonly blockDevices: readonly BlockDevice[];
  /** An address of Amazon's pool, while it runs. */
  publicIp?: string | undefined;
  type: string;
  launchedAt: Date;
  phase: InstancePhase;
  securityGroupIds: readonly string[];
  profile?: { readonly associationId: string; readonly arn: string; readonly id: string } | undefined;
  metadata: MetadataOptions;
}

export interface BlockDevice {
  readonly deviceName: string;
  readonly volumeId: string;
  readonly deleteOnTermination: boolean;
}

export interface MetadataOptions {
  readonly httpTokens: "optional" | "required";
  readonly hopLimit: number;
}

export interface VpcEndpoint {
  readonly id: string;
  readonly type: "Gateway" | "Interface";
  readonly serviceName: string;
  readonly vpcId: string;
  readonly createdAt: Date;
  policy: string;
  routeTableIds: readonly string[];
  /** One in each subnet of an interface endpoint. */
  interfaces: readonly { readonly id: string; readonly subnetId: string; readonly privateIp: string }[];
  securityGroupIds: readonly string[];
  privateDns: boolean;
}

export interface NatGateway {
  readonly id: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly privateIp: string;
  readonly address: Address;
  readonly createTime: Date;
  /** Reason why it failed. */
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
  deleteTime?: Date;
}

export interface Ec2State {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => Date;
  /** Milliseconds of AWS time since then. */
  readonly elapsedSince: (start: Date) => number;
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly internetGateways: Map<string, InternetGateway>;
  readonly routeTables: Map<string, RouteTable>;
  readonly associations: Map<string, Association>;
  readonly securityGroups: Map<string, SecurityGroup>;
  readonly addresses: Map<string, Address>;
  readonly natGateways: Map<string, NatGateway>;
  readonly instances: Map<string, Instance>;
  readonly vpcEndpoints: Map<string, VpcEndpoint>;
  /** By resource id. */
  readonly tags: Map<string, Map<string, string>>;
}

/** `vpc-0123456789abcdef0`: EC2's ids are 17 hexadecimal digits after the kind. */
export function newId(kind: string): string {
  return `${kind}-${randomBytes(9).toString("hex").slice(0, 17)}`;
}

export const unsupported = "UnsupportedOperation";

export function dependencyViolation(what: string, id: string): AwsError {
  return new AwsError("DependencyViolation", `The ${what} '${id}' has dependencies and cannot be deleted.`);
}

export const invalidValue = errorWith("InvalidParameterValue");

/** `ids` is the member of its describe call that lists ids. */
export const kinds = {
  vpcs: { code: "InvalidVpcID.NotFound", noun: "vpc ID", ids: "VpcIds" },
  subnets: { code: "InvalidSubnetID.NotFound", noun: "subnet ID", ids: "SubnetIds" },
  internetGateways: {
    code: "InvalidInternetGatewayID.NotFound",
    noun: "internetGateway ID",
    ids: "InternetGatewayIds",
  },
  routeTables: { code: "InvalidRouteTableID.NotFound", noun: "routeTable ID", ids: "RouteTableIds" },
  associations: { code: "InvalidAssociationID.NotFound", noun: "association ID", ids: "" },
  securityGroups: { code: "InvalidGroup.NotFound", noun: "security group", ids: "GroupIds" },
  addresses: { code: "InvalidAllocationID.NotFound", noun: "allocation ID", ids: "AllocationIds" },
  natGateways: { code: "NatGatewayNotFound", noun: "NAT gateway", ids: "NatGatewayIds" },
  instances: { code: "InvalidInstanceID.NotFound", noun: "instance ID", ids: "InstanceIds" },
  vpcEndpoints: { code: "InvalidVpcEndpointId.NotFound", noun: "Vpc Endpoint Id", ids: "VpcEndpointIds" },
} as const;

export type Kind = keyof typeof kinds;
export type Item<K extends Kind> = (Ec2State[K] extends Map<string, infer Value> ? Value : never) & {
  readonly id: string;
};

export function allOf<K extends Kind>(state: Ec2State, kind: K): Item<K>[] {
  return [...(state[kind] as Map<string, Item<K>>).values()];
}

/** Returns the resource of that id, or throws EC2's NotFound error of its kind. */
export function find<K extends Kind>(state: Ec2State, kind: K, id: string | undefined): Item<K> {
  const item = (state[kind] as Map<string, Item<K>>).get(id ?? "");
  if (item) return item;
  const { code, noun } = kinds[kind];
  throw new AwsError(code, `The ${noun} '${id ?? ""}' does not exist`);
}

export function defaultVpc(state: Ec2State): Vpc | undefined {
  return [...state.vpcs.values()].find(({ isDefault }) => isDefault);
}

export function remove(state: Ec2State, kind: Kind, id: string): void {
  state[kind].delete(id);
  state.tags.delete(id);
}
