import { RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import type { Account } from "./account.ts";
import { initialDefinition } from "./initial-definition.ts";
import { ownRoles, roleArn } from "./parts.ts";
import { createResources, type Resource, type ResourceKind } from "./resources.ts";
import type { NeededService } from "./services.ts";
import { freePort } from "./stand-in.ts";

/** The first service is on port 80, the next on 81. */
const firstPort = 80;
/** Listeners for test traffic of CodeDeploy. */
const firstTestPort = 8080;
/** A load balancer has 50 listeners at most. */
const perBalancer = 20;

/** Registers task definitions, and creates services behind load balancers in one open network. */
export async function createServices(account: Account, services: readonly NeededService[]): Promise<void> {
  const { needs, made, notChecked } = account;
  for (const needed of [...needs.tasks, ...services]) await register(account, needed);
  if (services.length === 0) return;
  let port = firstPort;
  const lines: string[] = [];
  const resources = networkIn(needs.region);
  for (const needed of services) {
    const { cluster, service, containers, codedeploy } = needed;
    const target = containers.find(({ port }) => port !== undefined) ?? (codedeploy && containers[0]);
    const balanced = target && { containerName: target.name, containerPort: target.port ?? 80 };
    resources.push(...resourcesOf(needed, { balanced, port, account: needs.account }));
    const behind = balanced
      ? `behind port ${port} of a load balancer`
      : "without a load balancer, as no container has a port";
    lines.push(`service ${cluster}/${service}: a task with a stand-in image, ${behind}`);
    if (balanced) port++;
  }
  await createResources(account, resources);
  made.push(...lines);
  notChecked.push("networks not checked: the lab opened every port between its load balancers and tasks");
}

async function register(
  { clients, needs, standIns, notChecked, made }: Account,
  needed: NeededService,
): Promise<void> {
  const images = new Map<string, string>();
  // Containers of a task share its ports.
  for (const [index, { name, port = freePort + index }] of needed.containers.entries())
    images.set(
      name,
      index === 0 && needed.image
        ? await standIns.push(port, needed.image.repository, needed.image.tag)
        : await standIns.push(port),
    );
  const { whole, least, onEc2 } = initialDefinition(needs, needed, images);
  if (onEc2) notChecked.push(`${needed.family} runs on EC2 instances: the lab has Fargate only`);
  await clients.ecs
    .send(new RegisterTaskDefinitionCommand(whole))
    .catch(() => clients.ecs.send(new RegisterTaskDefinitionCommand(least)));
  made.push(`task definition ${needed.family} with a stand-in image`);
}

/** Identifiers here have blanks, which no name has. */
const vpc = "the network";
const securityGroups = ["the group"];
const subnets = ["subnet a", "subnet b"];

const make = (kind: ResourceKind, id: string, input: Resource["input"]): Resource => ({ kind, id, input });

function networkIn(region: string): Resource[] {
  const [group = ""] = securityGroups;
  const anything = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  return [
    make("vpc", vpc, { CidrBlock: "10.0.0.0/16" }),
    ...subnets.map((id, index) => {
      const AvailabilityZone = `${region}${id.at(-1)}`;
      return make("subnet", id, { VpcId: vpc, CidrBlock: `10.0.${index}.0/24`, AvailabilityZone });
    }),
    make("securityGroup", group, { GroupName: "rehearsal", Description: "Everything is open", VpcId: vpc }),
    make("ingress", group, { GroupId: group, IpPermissions: [anything] }),
  ];
}

interface Place {
  readonly account: string;
  /** Container behind a load balancer. */
  readonly balanced: { readonly containerName: string; readonly containerPort: number } | undefined;
  /** Port of its listener. */
  readonly port: number;
}

/** Returns a service with its listener and target group; with CodeDeploy, two groups and a listener for tests. */
function resourcesOf(needed: NeededService, { account, balanced, port }: Place): Resource[] {
  const { cluster, service, family, codedeploy } = needed;
  const input = {
    ...{ cluster, serviceName: service, taskDefinition: family, desiredCount: 1, launchType: "FARGATE" },
    deploymentController: { type: codedeploy ? "CODE_DEPLOY" : "ECS" },
    networkConfiguration: {
      awsvpcConfiguration: { subnets, securityGroups, assignPublicIp: "ENABLED" },
    },
  };
  if (!balanced) return [make("service", service, input)];
  const names = (codedeploy ? ["blue", "green"] : ["web"]).map(
    (color) => `${service.slice(0, 18).replaceAll("_", "-")}-${port}-${color}`,
  );
  const ports = codedeploy ? [port, port - firstPort + firstTestPort] : [port];
  const targetGroupArn = `target ${names[0]}`;
  const number = Math.floor((port - firstPort) / perBalancer) + 1;
  const isFirst = (port - firstPort) % perBalancer === 0;
  const balancerId = `balancer ${number}`;
  const balancer = { Name: `rehearsal-${number}`, Subnets: subnets, SecurityGroups: securityGroups };
  const group = {
    ...{ Protocol: "HTTP", Port: balanced.containerPort, VpcId: vpc, TargetType: "ip" },
    // A path's response without the service's data is not known; only the service's own errors count.
    ...{ HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2, Matcher: { HttpCode: "200-499" } },
  };
  const listener = {
    ...{ LoadBalancerArn: balancerId, Protocol: "HTTP" },
    DefaultActions: [{ Type: "forward", TargetGroupArn: targetGroupArn }],
  };
  return [
    ...(isFirst ? [make("loadBalancer", balancerId, balancer)] : []),
    ...names.map((Name) => make("targetGroup", `target ${Name}`, { ...group, Name })),
    ...ports.map((Port) => make("listener", `listener ${Port}`, { ...listener, Port })),
    make("service", service, { ...input, loadBalancers: [{ ...balanced, targetGroupArn }] }),
    ...deploymentOf(needed, account, names, ports),
  ];
}

function deploymentOf(
  { cluster: clusterName, service: serviceName, codedeploy }: NeededService,
  account: string,
  names: readonly string[],
  ports: readonly number[],
): Resource[] {
  if (!codedeploy) return [];
  const { application: applicationName, group: deploymentGroupName } = codedeploy;
  const [prodTrafficRoute, testTrafficRoute] = ports.map((port) => ({ listenerArns: [`listener ${port}`] }));
  const pair = { targetGroups: names.map((name) => ({ name })), prodTrafficRoute, testTrafficRoute };
  const input = {
    ...{ applicationName, deploymentGroupName, serviceRoleArn: roleArn(account, ownRoles.codedeploy) },
    deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    ecsServices: [{ clusterName, serviceName }],
    loadBalancerInfo: { targetGroupPairInfoList: [pair] },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
    },
  };
  return [
    make("application", applicationName, { applicationName, computePlatform: "ECS" }),
    make("deploymentGroup", deploymentGroupName, input),
  ];
}
