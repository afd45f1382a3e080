import type { ResourceType, Tag } from "@aws-sdk/client-ec2";
import type { AwsVpcConfiguration, ContainerDefinition } from "@aws-sdk/client-ecs";
import type { Aws } from "../services/api.ts";
import file from "./set-ups.json" with { type: "json" };

/** How tasks of a right account reach AWS: from a public address, over a NAT gateway, or over endpoints. */
export type Way = "public" | "nat" | "endpoints";

/** An operation of EC2, its input, in which `$nat` stands for an id, and the names that paths of its output set. */
type Call = readonly [operation: string, input: object, names?: Readonly<Record<string, string>>];

export interface TaskSettings {
  /** Replaces settings of the way, such as `assignPublicIp`. */
  readonly network?: Partial<AwsVpcConfiguration>;
  readonly container?: Partial<ContainerDefinition>;
  readonly secret?: boolean;
}

export interface SetUp {
  readonly name: string;
  readonly way: Way;
  /** Changes of a right account. */
  readonly calls?: readonly Call[];
  readonly task?: TaskSettings;
  /** Pattern of RUNNING, or of AWS's reason for stopping the task. */
  readonly expected: string;
  /** Pattern of what the operator sees. */
  readonly reason?: string;
  readonly source: string;
  /** Why `npm run conformance` does not play it against AWS. */
  readonly notPlayed?: string;
}

interface SetUps {
  /** Settings of every task. */
  readonly container: Partial<ContainerDefinition>;
  readonly vpc: readonly Call[];
  readonly ways: Readonly<
    Record<Way, { readonly calls: readonly Call[]; readonly network: AwsVpcConfiguration }>
  >;
  readonly setUps: readonly SetUp[];
}

const { container, vpc, ways, setUps } = file as unknown as SetUps;

export { container, setUps };

/** An account in which networks are made, and its time. */
export interface Account<Service extends keyof Aws> {
  readonly aws: { readonly [Name in Service]: Omit<Aws[Name], `waitUntil${string}`> };
  readonly clock: { until(condition: () => Promise<boolean>): Promise<unknown> };
}

export type Names = Record<string, string | undefined>;

export function networkOf(names: Names, way: Way, { network }: TaskSettings = {}) {
  return { awsvpcConfiguration: resolve(names, { ...ways[way].network, ...network }) };
}

/** Returns all calls that make the network of a set-up. */
export const callsOf = ({ way, calls = [] }: SetUp) => [...ways[way].calls, ...calls];

function resolve<Value>(names: Names, value: Value): Value {
  return JSON.parse(JSON.stringify(value).replace(/\$[\w.]+/g, (name) => names[name] ?? name));
}

const taggedTypes: Readonly<Record<string, ResourceType>> = {
  createVpc: "vpc",
  createInternetGateway: "internet-gateway",
  createSubnet: "subnet",
  createRouteTable: "route-table",
  createSecurityGroup: "security-group",
  allocateAddress: "elastic-ip",
  createNatGateway: "natgateway",
  createVpcEndpoint: "vpc-endpoint",
};

/** Creates a VPC whose tasks reach AWS in this way, and changes it; returns the ids of its resources. */
export async function makeNetwork(
  account: Account<"ec2">,
  way: Way,
  calls: readonly Call[] = [],
  Tags: Tag[] = [],
): Promise<Names> {
  const names: Names = {};
  const operations = account.aws.ec2 as unknown as Record<string, (input: object) => Promise<unknown>>;
  const make = async ([operation, input, more = {}]: Call) => {
    const ResourceType = Tags.length > 0 && taggedTypes[operation];
    const tagged = ResourceType && { TagSpecifications: [{ ResourceType, Tags }] };
    const output = await operations[operation]?.({ ...resolve(names, input), ...tagged });
    for (const [name, path] of Object.entries(more))
      names[name] = String(path.split(".").reduce((value, part) => Object(value)[part], output));
  };
  for (const call of [...vpc, ...ways[way].calls]) {
    await make(call);
    if (call[0] === "createNatGateway") await settleGateways(account);
  }
  await settleEndpoints(account);
  for (const call of calls) await make(call);
  return names;
}

/** Waits until no NAT gateway is being created or deleted. */
export async function settleGateways({ aws, clock }: Account<"ec2">): Promise<void> {
  await clock.until(async () => {
    const { NatGateways = [] } = await aws.ec2.describeNatGateways({});
    return NatGateways.every(({ State = "" }) => !/pending|deleting/.test(State));
  });
}

/** AWS creates an interface endpoint in some minutes. */
async function settleEndpoints({ aws, clock }: Account<"ec2">): Promise<void> {
  await clock.until(async () => {
    const { VpcEndpoints = [] } = await aws.ec2.describeVpcEndpoints({});
    return VpcEndpoints.every(({ State }) => !/pending/i.test(State ?? ""));
  });
}
