import { CreateApplicationCommand, CreateDeploymentGroupCommand } from "@aws-sdk/client-codedeploy";
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateDefaultVpcCommand,
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { CreateServiceCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ModifyTargetGroupAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Account, ServedAt } from "./account.ts";
import { ownRoles, roleArn } from "./create-roles.ts";
import { initialDefinition } from "./initial-definition.ts";
import type { NeededService } from "./services.ts";
import { freePort, unlessExists } from "./stand-in.ts";

interface Network {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly group: string;
}

/** The first service is on port 80, the next on 81. A load balancer has 50 listeners at most. */
const firstPort = 80;
/** Listeners for test traffic of CodeDeploy. */
const firstTestPort = 8080;
const perBalancer = 20;

/** Registers task definitions, and creates services behind load balancers in the default network. */
export async function createServices(
  account: Account,
  services: readonly NeededService[],
): Promise<ServedAt[]> {
  const { needs, made, notChecked } = account;
  for (const task of needs.tasks) made.push(`task definition ${await register(account, task)}`);
  if (services.length === 0) return [];
  const network = await findNetwork(account.clients.ec2);
  made.push(`the default VPC with ${network.subnets.length} public subnets, and a security group`);
  notChecked.push("networks not checked: the lab opened every port between its load balancers and tasks");
  const served: ServedAt[] = [];
  let balancer = "";
  for (const [index, needed] of services.entries()) {
    const revision = await register(account, needed);
    const target =
      needed.containers.find(({ port }) => port !== undefined) ?? (needed.codedeploy && needed.containers[0]);
    if (target && served.length % perBalancer === 0)
      balancer = await createBalancer(account, network, served.length / perBalancer + 1);
    const port = firstPort + served.length;
    const balanced =
      target &&
      (await balance(account, { network, balancer, port, name: `${needed.service}-${index}` }, needed));
    const { cluster, service } = needed;
    await account.clients.ecs.send(
      new CreateServiceCommand({
        ...{
          cluster,
          serviceName: service,
          taskDefinition: revision,
          desiredCount: 1,
          launchType: "FARGATE",
        },
        deploymentController: { type: needed.codedeploy ? "CODE_DEPLOY" : "ECS" },
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...network.subnets],
            securityGroups: [network.group],
            assignPublicIp: "ENABLED",
          },
        },
        ...(balanced && {
          loadBalancers: [
            {
              containerName: target.name,
              containerPort: target.port ?? 80,
              targetGroupArn: balanced.groups[0],
            },
          ],
        }),
      }),
    );
    if (needed.codedeploy && balanced) await createGroup(account, needed, balanced);
    if (balanced) served.push({ cluster, service, port });
    made.push(
      `service ${cluster}/${service}: a task of ${revision} with a stand-in image${balanced ? `, behind port ${port} of a load balancer` : ", without a load balancer, as no container has a port"}`,
    );
  }
  return served;
}

/** Returns `family:revision`. */
async function register(account: Account, needed: NeededService): Promise<string> {
  const { clients, standIns, notChecked } = account;
  const images = new Map<string, string>();
  // Containers of a task share its ports.
  for (const [index, { name, port = freePort + index }] of needed.containers.entries())
    images.set(name, await standIns.push(port));
  const { whole, least, onEc2 } = initialDefinition(account.needs, needed, images);
  if (onEc2) notChecked.push(`${needed.family} runs on EC2 instances: the lab has Fargate only`);
  const { taskDefinition } = await clients.ecs
    .send(new RegisterTaskDefinitionCommand(whole))
    .catch(() => clients.ecs.send(new RegisterTaskDefinitionCommand(least)));
  return `${taskDefinition?.family}:${taskDefinition?.revision}`;
}

async function findNetwork(ec2: EC2Client): Promise<Network> {
  const isDefault = { Filters: [{ Name: "is-default", Values: ["true"] }] };
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand(isDefault));
  const vpc = Vpcs[0]?.VpcId ?? (await ec2.send(new CreateDefaultVpcCommand({}))).Vpc?.VpcId ?? "";
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: [vpc] }] }),
  );
  const { GroupId: group = "" } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: `rehearsal-${Date.now()}`,
      Description: "Everything is open",
      VpcId: vpc,
    }),
  );
  const everyPort = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [everyPort] }));
  return { vpc, subnets: Subnets.map(({ SubnetId = "" }) => SubnetId), group };
}

async function createBalancer(
  { clients }: Account,
  { subnets, group }: Network,
  number: number,
): Promise<string> {
  const input = { Name: `rehearsal-${number}`, Subnets: [...subnets], SecurityGroups: [group] };
  const { LoadBalancers = [] } = await clients.balancer.send(new CreateLoadBalancerCommand(input));
  return LoadBalancers[0]?.LoadBalancerArn ?? "";
}

interface Balancing {
  readonly network: Network;
  readonly balancer: string;
  readonly port: number;
  readonly name: string;
}

/** Creates a listener with a target group; for CodeDeploy also its test listener and second group. */
async function balance(
  { clients: { balancer: client } }: Account,
  { network, balancer, port, name }: Balancing,
  { codedeploy, containers }: NeededService,
) {
  const groups: string[] = [];
  const names: string[] = [];
  for (const color of codedeploy ? ["-blue", "-green"] : [""]) {
    const Name = `${name
      .slice(-26)
      .replace(/[^a-z0-9-]/gi, "-")
      .replace(/^-+/, "")}${color}`;
    const { TargetGroups = [] } = await client.send(
      new CreateTargetGroupCommand({
        ...{
          Name,
          Protocol: "HTTP",
          Port: containers.find((each) => each.port)?.port ?? 80,
          VpcId: network.vpc,
          TargetType: "ip",
        },
        // What a path responds without the service's data is not known; only its own errors count.
        ...{ HealthCheckIntervalSeconds: 10, HealthyThresholdCount: 2, Matcher: { HttpCode: "200-499" } },
      }),
    );
    groups.push(TargetGroups[0]?.TargetGroupArn ?? "");
    names.push(Name);
    const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "10" }];
    await client.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: groups.at(-1), Attributes }));
  }
  const listeners: string[] = [];
  for (const Port of codedeploy ? [port, port - firstPort + firstTestPort] : [port]) {
    const DefaultActions = [{ Type: "forward" as const, TargetGroupArn: groups[0] }];
    const input = { LoadBalancerArn: balancer, Protocol: "HTTP" as const, Port, DefaultActions };
    const { Listeners = [] } = await client.send(new CreateListenerCommand(input));
    listeners.push(Listeners[0]?.ListenerArn ?? "");
  }
  return { groups, names, listeners };
}

async function createGroup(
  { clients: { codedeploy: client }, needs, made }: Account,
  { cluster, service, codedeploy }: NeededService,
  { names, listeners: [production = "", test = ""] }: Awaited<ReturnType<typeof balance>>,
): Promise<void> {
  const { application: applicationName = "", group: deploymentGroupName = "" } = codedeploy ?? {};
  await client
    .send(new CreateApplicationCommand({ applicationName, computePlatform: "ECS" }))
    .catch(unlessExists);
  await client.send(
    new CreateDeploymentGroupCommand({
      ...{
        applicationName,
        deploymentGroupName,
        serviceRoleArn: roleArn(needs.account, ownRoles.codedeploy),
      },
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
      ecsServices: [{ clusterName: cluster, serviceName: service }],
      loadBalancerInfo: {
        targetGroupPairInfoList: [
          {
            targetGroups: names.map((name) => ({ name })),
            prodTrafficRoute: { listenerArns: [production] },
            testTrafficRoute: { listenerArns: [test] },
          },
        ],
      },
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT" },
      },
    }),
  );
  made.push(`application ${applicationName} and group ${deploymentGroupName} in CodeDeploy`);
}
