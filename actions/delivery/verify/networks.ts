import type { Service, TaskSet } from "@aws-sdk/client-ecs";
import type { DBInstance } from "@aws-sdk/client-rds";
import { lastSegment, parseArn } from "../../core/arn.ts";
import { advice, type Finding, fault, note } from "../../core/findings.ts";
import { isPublicRegistry, type Need, needsOf } from "../../ecs/network/needs.ts";
import { idsOf, type Network, type Placement, readNetwork, type Way } from "../../ecs/network/network.ts";
import { databasesIn, type Target, waysIn, waysToDatabase } from "../../ecs/network/way-in.ts";
import { waysOut } from "../../ecs/network/way-out.ts";
import { ecrRegion } from "../../registry/ecr-login.ts";
import { parseImageName } from "../../registry/image-name.ts";
import type { Clients } from "../context.ts";
import { type Checking, tryLookUp } from "./checking.ts";
import { isOwn } from "./images.ts";
import { findTargetGroup } from "./target-groups.ts";

export type NetworkClients = Pick<Clients, "ec2" | "rds" | "ecr" | "elbv2">;

/** The part of a check that the networks need. */
type Subject = Pick<Checking, "service" | "taskDefinition" | "signal"> & { readonly clients: NetworkClients };

/** Settings of the tasks that a deployment starts. */
export interface Tasks
  extends Pick<Service, "networkConfiguration" | "launchType" | "capacityProviderStrategy"> {
  /** Target groups by ARN or name, each with the container's port. */
  readonly targets: readonly { readonly group: string; readonly port: number }[];
}

/** Returns the settings of the service, or of one of its task sets. */
export function tasksOf(service: Service, set: TaskSet | undefined): Tasks {
  const targets = (set?.loadBalancers ?? service.loadBalancers ?? []).flatMap((each) =>
    [each.targetGroupArn, each.advancedConfiguration?.alternateTargetGroupArn].flatMap((group) =>
      group && each.containerPort ? { group, port: each.containerPort } : [],
    ),
  );
  const { launchType, capacityProviderStrategy } = set ?? service;
  const networkConfiguration = set?.networkConfiguration ?? service.networkConfiguration;
  return { networkConfiguration, launchType, capacityProviderStrategy, targets };
}

/**
 * Checks the tasks' way to AWS, the load balancer's way to the tasks, and their way to databases. One note says what
 * could not be read, as a deployment does not need it, and another one what could not be decided.
 */
export async function checkNetworks(checking: Subject, tasks: Tasks, isRollback = false) {
  const { ways, unread } = await findWays(checking, tasks);
  const closed = ways.filter(({ answer }) => answer === "closed");
  const unknown = ways.filter(({ answer }) => answer === "unknown").map(({ text }) => text);
  const findings: Finding[] = [
    ...closed.flatMap(({ text, fix }) => (isRollback ? advice : fault)(text, fix)),
    ...(unknown.length > 0 ? note(`Not checked: ${[...new Set(unknown)].join("; ")}.`) : []),
    ...(unread.length > 0 ? note(`Networks were not checked: ${unread.join("; ")}`) : []),
  ];
  return findings;
}

type Read = <T>(what: string, call: Parameters<typeof tryLookUp<T>>[2]) => Promise<T | undefined>;

/** Returns everything that is closed or not decided, and why reads failed. */
export async function findWays(
  checking: Subject,
  tasks: Tasks,
): Promise<{ ways: Way[]; unread: readonly string[] }> {
  const unread = new Set<string>();
  const read: Read = async (what, call) => {
    const { value, findings } = await tryLookUp(checking, what, call);
    for (const { text } of findings) unread.add(text);
    return value;
  };
  const {
    subnets = [],
    securityGroups = [],
    assignPublicIp,
  } = tasks.networkConfiguration?.awsvpcConfiguration ?? {};
  // Without subnets, tasks have the network of their container instance.
  if (!Array.isArray(subnets) || subnets.length === 0) return { ways: [], unread: [] };
  const placement: Placement = { subnets, securityGroups, assignPublicIp };
  const client = await checking.clients.ec2();
  const network = await read("the VPC", (options) => readNetwork(client, placement, options));
  if (!network) return { ways: [], unread: [...unread] };
  const missing = waysOfMissing(network, placement);
  if (missing.length > 0) return { ways: missing, unread: [] };
  const found = await Promise.all([
    findWaysOut(checking, tasks, network, placement),
    findWaysIn(checking, tasks, network, placement, read),
    findDatabases(checking, network, placement, read),
  ]);
  return { ways: found.flat(), unread: [...unread] };
}

function waysOfMissing(network: Network, { subnets, securityGroups }: Placement): Way[] {
  const known = network.subnets.map(({ SubnetId }) => SubnetId);
  const lost = subnets.filter((id) => !known.includes(id));
  // Groups are those of the subnets' VPC.
  const missing = lost.length > 0 ? lost : securityGroups.filter((id) => !idsOf(network.groups).includes(id));
  return missing.map((id) => ({
    kind: "out",
    answer: "closed",
    text: `${id} of the service's network configuration does not exist`,
    fix: "use an existing one",
  }));
}

/** On container instances, the instance's network is used ("Task networking", ECS developer guide). */
async function findWaysOut(
  checking: Subject,
  { launchType, capacityProviderStrategy = [] }: Tasks,
  network: Network,
  placement: Placement,
): Promise<Way[]> {
  const { service } = checking;
  const isFargate =
    capacityProviderStrategy.length > 0
      ? capacityProviderStrategy.every(({ capacityProvider }) =>
          /^FARGATE(_SPOT)?$/.test(capacityProvider ?? ""),
        )
      : launchType === "FARGATE";
  if (!isFargate) return [];
  const asked = {
    network,
    placement,
    region: regionOf(service),
    account: parseArn(service.serviceArn ?? "")?.account,
    giveAddress: giveAddress(service, placement),
  };
  return waysOut(asked, await needs());

  /** Whether a registry is ECR shows in its name, or in the account's repositories. */
  async function needs(): Promise<Need[]> {
    const { containerDefinitions = [] } = checking.taskDefinition;
    const others = containerDefinitions
      .flatMap(({ image = "" }) => parseImageName(image) ?? [])
      .filter(({ host }) => ecrRegion(host) === undefined && !isPublicRegistry(host));
    const own = others.map(async (image) => {
      const found = await isOwn(checking, await checking.clients.ecr(), image);
      return found.own ? [image.repository] : [];
    });
    return needsOf(checking.taskDefinition, (await Promise.all(own)).flat());
  }
}

const regionOf = ({ serviceArn = "" }: Service) => parseArn(serviceArn)?.region ?? "";

/** CodeDeploy sets the network of a service that it deploys; ECS rejects an update of it. */
function giveAddress(
  { deploymentController, ...service }: Service,
  { subnets, securityGroups }: Placement,
): string {
  if (deploymentController?.type === "CODE_DEPLOY")
    return "set AssignPublicIp: ENABLED in NetworkConfiguration.AwsvpcConfiguration of the AppSpec, next to Subnets and SecurityGroups";
  const { clusterArn = "", serviceName } = service;
  const network = `subnets=[${subnets.join(",")}],securityGroups=[${securityGroups.join(",")}],assignPublicIp=ENABLED`;
  return `aws ecs update-service --cluster ${lastSegment(clusterArn)} --service ${serviceName} --network-configuration 'awsvpcConfiguration={${network}}'`;
}

async function findWaysIn(
  checking: Subject,
  { targets }: Tasks,
  network: Network,
  placement: Placement,
  read: Read,
): Promise<Way[]> {
  if (targets.length === 0) return [];
  // The checks of target groups report a missing one.
  const found = await Promise.all(
    targets.map(({ group }) => findTargetGroup(checking, group, "the service")),
  );
  const known = found.flatMap(({ value }, index): Target[] => {
    if (!value) return [];
    const { HealthCheckPort: own = "traffic-port", LoadBalancerArns: balancers = [] } = value;
    const port = targets[index]?.port ?? 0;
    const isIpv6 = value.IpAddressType === "ipv6";
    return [{ port, healthPort: own === "traffic-port" ? port : Number(own), balancers, isIpv6 }];
  });
  const arns = [...new Set(known.flatMap(({ balancers }) => balancers))];
  if (arns.length === 0) return [];
  const { DescribeLoadBalancersCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
  const elbv2 = await checking.clients.elbv2();
  const command = new DescribeLoadBalancersCommand({ LoadBalancerArns: arns });
  const answer = await read("the load balancer", (options) => elbv2.send(command, options));
  const balancers = answer?.LoadBalancers ?? [];
  return balancers.flatMap((balancer) => waysIn(network, placement, balancer, known));
}

/** A value that may have a database's host: the name that RDS gives it, or an address. */
const host = /\.rds\.amazonaws\.com|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/i;

async function findDatabases(
  { clients, taskDefinition }: Subject,
  network: Network,
  placement: Placement,
  read: Read,
): Promise<Way[]> {
  const values = (taskDefinition.containerDefinitions ?? [])
    .flatMap(({ environment = [] }) => environment.map(({ value = "" }) => value))
    .filter((value) => host.test(value));
  if (values.length === 0) return [];
  const client = await clients.rds();
  const all = await read("the databases", async ({ abortSignal }) => {
    const { paginateDescribeDBInstances } = await import("@aws-sdk/client-rds");
    const found: DBInstance[] = [];
    for await (const { DBInstances = [] } of paginateDescribeDBInstances({ client }, {}, { abortSignal }))
      found.push(...DBInstances);
    return found;
  });
  return databasesIn(values, all ?? []).flatMap((each) => waysToDatabase(network, placement, each));
}
