import type { Service } from "@aws-sdk/client-ecs";
import { type Finding, fault, note, tryLookUp } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { ecrRegion } from "../../registry/ecr-login.ts";
import { parseImageName } from "../../registry/image-name.ts";
import { isOwn } from "../../registry/own-repository.ts";
import type { NetworkClients } from "./clients.ts";
import { isPublicRegistry, type Need, needsOf } from "./needs.ts";
import { collect, idsOf, type Network, type Placement, readNetwork, type Way } from "./network.ts";
import { databasesIn, waysToDatabase } from "./way-in.ts";
import { waysOut } from "./way-out.ts";

/** Where ECS starts tasks. */
export type Launch = Pick<Service, "networkConfiguration" | "launchType" | "capacityProviderStrategy">;

interface Subject extends Pick<TaskDefinitionInput, "containerDefinitions"> {
  readonly clients: NetworkClients;
  readonly signal: AbortSignal;
  readonly launch: Launch;
  readonly region: string;
  readonly account?: string | undefined;
  /** Returns what gives the tasks public addresses, such as `aws ecs update-service …`. */
  readonly giveAddress: (placement: Placement) => string;
}

/** Reads something of the network; undefined if that failed, which `Ways.unread` explains. */
export type Read = <T>(what: string, call: Parameters<typeof tryLookUp<T>>[2]) => Promise<T | undefined>;

export interface Ways {
  /** Everything that is closed or not decided. */
  readonly ways: Way[];
  /** Why reads failed. */
  readonly unread: readonly string[];
}

/** Returns the tasks' ways to AWS and to databases, and those that `findOthers` returns. */
export async function findTaskWays(
  subject: Subject,
  findOthers?: (network: Network, placement: Placement, read: Read) => Promise<Way[]>,
): Promise<Ways> {
  const unread = new Set<string>();
  const read: Read = async (what, call) => {
    const { value, findings } = await tryLookUp(subject, what, call);
    for (const { text } of findings) unread.add(text);
    return value;
  };
  const {
    subnets = [],
    securityGroups = [],
    assignPublicIp,
  } = subject.launch.networkConfiguration?.awsvpcConfiguration ?? {};
  // Without subnets, tasks have the network of their container instance.
  if (!Array.isArray(subnets) || subnets.length === 0) return { ways: [], unread: [] };
  const placement: Placement = { subnets, securityGroups, assignPublicIp };
  const client = await subject.clients.ec2();
  const network = await read("the VPC", (options) => readNetwork(client, placement, options));
  if (!network) return { ways: [], unread: [...unread] };
  const missing = waysOfMissing(network, placement);
  if (missing.length > 0) return { ways: missing, unread: [] };
  const found = await Promise.all([
    findWaysOut(subject, network, placement),
    findDatabases(subject, network, placement, read),
    findOthers?.(network, placement, read) ?? [],
  ]);
  return { ways: found.flat(), unread: [...unread] };
}

/**
 * Returns a fault or advice for each closed way. One note says what could not be read, as the tasks do not need it, and
 * another one what could not be decided.
 */
export function findingsOf(
  { ways, unread }: Ways,
  kind: (text: string, fix: string) => Finding[] = fault,
): Finding[] {
  const closed = ways.filter(({ answer }) => answer === "closed");
  const unknown = ways.filter(({ answer }) => answer === "unknown").map(({ text }) => text);
  return [
    ...closed.flatMap(({ text, fix }) => kind(text, fix)),
    ...(unknown.length > 0 ? note(`Not checked: ${[...new Set(unknown)].join("; ")}.`) : []),
    ...(unread.length > 0 ? note(`Networks were not checked: ${unread.join("; ")}`) : []),
  ];
}

function waysOfMissing(network: Network, { subnets, securityGroups }: Placement): Way[] {
  const known = network.subnets.map(({ SubnetId }) => SubnetId);
  const lost = subnets.filter((id) => !known.includes(id));
  // Groups are those of the subnets' VPC.
  const missing = lost.length > 0 ? lost : securityGroups.filter((id) => !idsOf(network.groups).includes(id));
  return missing.map((id) => ({
    kind: "out",
    answer: "closed",
    text: `${id} of the tasks' network configuration does not exist`,
    fix: "use an existing one",
  }));
}

/** On container instances, the instance's network is used ("Task networking", ECS developer guide). */
async function findWaysOut(subject: Subject, network: Network, placement: Placement): Promise<Way[]> {
  const { launchType, capacityProviderStrategy = [] } = subject.launch;
  const isFargate =
    capacityProviderStrategy.length > 0
      ? capacityProviderStrategy.every(({ capacityProvider }) =>
          /^FARGATE(_SPOT)?$/.test(capacityProvider ?? ""),
        )
      : launchType === "FARGATE";
  if (!isFargate) return [];
  const { region, account } = subject;
  const asked = { network, placement, region, account, giveAddress: subject.giveAddress(placement) };
  return waysOut(asked, await findNeeds(subject));
}

/** Whether a registry is ECR shows in its name, or in the account's repositories. */
async function findNeeds(subject: Subject): Promise<Need[]> {
  const { containerDefinitions = [] } = subject;
  const others = containerDefinitions
    .flatMap(({ image = "" }) => parseImageName(image) ?? [])
    .filter(({ host }) => ecrRegion(host) === undefined && !isPublicRegistry(host));
  const own = others.map(async (image) => {
    const found = await isOwn(subject, await subject.clients.ecr(), image);
    return found.own ? [image.repository] : [];
  });
  return needsOf(subject, (await Promise.all(own)).flat());
}

/** A value that may have a database's host: the name that RDS gives it, or an address. */
const host = /\.rds\.amazonaws\.com|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/i;

async function findDatabases(
  { clients, containerDefinitions = [] }: Subject,
  network: Network,
  placement: Placement,
  read: Read,
): Promise<Way[]> {
  const values = containerDefinitions
    .flatMap(({ environment = [] }) => environment.map(({ value = "" }) => value))
    .filter((value) => host.test(value));
  if (values.length === 0) return [];
  const client = await clients.rds();
  const all = await read("the databases", async ({ abortSignal }) => {
    const { paginateDescribeDBInstances } = await import("@aws-sdk/client-rds");
    const pages = paginateDescribeDBInstances({ client }, {}, { abortSignal });
    return collect(pages, ({ DBInstances }) => DBInstances);
  });
  return databasesIn(values, all ?? []).flatMap((each) => waysToDatabase(network, placement, each));
}
