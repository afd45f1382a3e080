import type { Service, TaskSet } from "@aws-sdk/client-ecs";
import { lastSegment, parseArn } from "../../core/arn.ts";
import { advice, type Finding, fault } from "../../core/findings.ts";
import type { NetworkClients } from "../../ecs/network/clients.ts";
import type { Network, Placement, Way } from "../../ecs/network/network.ts";
import { findingsOf, findTaskWays, type Launch, type Read, type Ways } from "../../ecs/network/task-ways.ts";
import { type Target, waysIn } from "../../ecs/network/way-in.ts";
import type { Clients } from "../context.ts";
import type { Checking } from "./checking.ts";
import { findTargetGroup } from "./target-groups.ts";

/** The part of a check that the networks need. */
interface Subject extends Pick<Checking, "service" | "taskDefinition" | "signal"> {
  readonly clients: NetworkClients & Pick<Clients, "elbv2">;
}

/** Settings of the tasks that a deployment starts. */
export interface Tasks extends Launch {
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

/** Checks the tasks' way to AWS, the load balancer's way to the tasks, and their way to databases. */
export async function checkNetworks(checking: Subject, tasks: Tasks, isRollback = false): Promise<Finding[]> {
  return findingsOf(await findWays(checking, tasks), isRollback ? advice : fault);
}

/** Returns everything that is closed or not decided, and why reads failed. */
export function findWays(checking: Subject, { targets, ...launch }: Tasks): Promise<Ways> {
  const { clients, signal, service, taskDefinition } = checking;
  const { containerDefinitions = [] } = taskDefinition;
  const { region = "", account } = parseArn(service.serviceArn ?? "") ?? {};
  const giveAddress = (placement: Placement) => giveAddressTo(service, placement);
  return findTaskWays(
    { clients, signal, launch, containerDefinitions, region, account, giveAddress },
    (network, placement, read) => findWaysIn(checking, targets, network, placement, read),
  );
}

/** CodeDeploy sets the network of a service that it deploys; ECS rejects an update of it. */
function giveAddressTo(
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
  targets: Tasks["targets"],
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
