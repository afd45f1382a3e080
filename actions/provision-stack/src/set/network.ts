import {
  EC2Client,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcs,
  type Tag,
} from "@aws-sdk/client-ec2";
import type { Endpoint } from "@aws-sdk/client-rds";
import type { ClientConfig, ProvisionContext } from "../context.ts";

export type LookupKind = "vpc" | "subnet" | "security-group" | "instance-endpoint" | "instance-port";

/** A resource of the account with its names. */
export interface Named {
  /** The id; for a database instance, the host name or the port of its endpoint. */
  readonly id: string;
  /** The tag Name, a security group's own name, a database instance's identifier. */
  readonly names: readonly string[];
  readonly vpcId: string;
}

export interface Network {
  /** Returns everything of a kind, read once. */
  all(kind: LookupKind): Promise<readonly Named[]>;
  region(): Promise<string>;
}

/** Reads the account's network, to resolve names to ids. */
export function openNetwork({
  clientConfig,
  signal,
}: Pick<ProvisionContext, "clientConfig" | "signal">): Network {
  const ec2 = new EC2Client(clientConfig);
  const known = new Map<LookupKind, Promise<Named[]>>();
  return {
    all(kind) {
      const asked = known.get(kind) ?? readers[kind](ec2, clientConfig);
      known.set(kind, asked);
      signal.throwIfAborted();
      return asked;
    },
    region: () => ec2.config.region(),
  };
}

type Reader = (client: EC2Client, config: ClientConfig) => Promise<Named[]>;

const readers: Readonly<Record<LookupKind, Reader>> = {
  vpc: (client) =>
    collect(paginateDescribeVpcs({ client }, {}), ({ Vpcs = [] }) =>
      Vpcs.map(({ VpcId = "", Tags }) => ({ id: VpcId, names: nameTag(Tags), vpcId: VpcId })),
    ),
  subnet: (client) =>
    collect(paginateDescribeSubnets({ client }, {}), ({ Subnets = [] }) =>
      Subnets.map(({ SubnetId = "", VpcId = "", Tags }) => ({
        ...{ id: SubnetId, names: nameTag(Tags), vpcId: VpcId },
      })),
    ),
  "security-group": (client) =>
    collect(paginateDescribeSecurityGroups({ client }, {}), ({ SecurityGroups = [] }) =>
      SecurityGroups.map(({ GroupId = "", GroupName = "", VpcId = "", Tags }) => ({
        ...{ id: GroupId, names: [...new Set([GroupName, ...nameTag(Tags)])], vpcId: VpcId },
      })),
    ),
  "instance-endpoint": (_, config) => readInstances(config, ({ Address }) => Address),
  "instance-port": (_, config) => readInstances(config, ({ Port }) => Port?.toString()),
};

async function readInstances(
  config: ClientConfig,
  partOf: (endpoint: Endpoint) => string | undefined,
): Promise<Named[]> {
  const { paginateDescribeDBInstances, RDSClient } = await import("@aws-sdk/client-rds");
  const pages = paginateDescribeDBInstances({ client: new RDSClient(config) }, {});
  return collect(pages, ({ DBInstances = [] }) =>
    DBInstances.flatMap(({ DBInstanceIdentifier = "", Endpoint = {}, DBSubnetGroup }) => {
      const id = partOf(Endpoint);
      return id ? { id, names: [DBInstanceIdentifier], vpcId: DBSubnetGroup?.VpcId ?? "" } : [];
    }),
  );
}

async function collect<Page>(pages: AsyncIterable<Page>, namedIn: (page: Page) => Named[]): Promise<Named[]> {
  const found: Named[] = [];
  for await (const page of pages) found.push(...namedIn(page));
  return found;
}

function nameTag(tags: readonly Tag[] = []): string[] {
  return tags.flatMap(({ Key, Value }) => (Key === "Name" && Value ? [Value] : []));
}
