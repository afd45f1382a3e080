import {
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateApplicationCommand, CreateDeploymentGroupCommand } from "@aws-sdk/client-codedeploy";
import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeRouteTablesCommand,
} from "@aws-sdk/client-ec2";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  RegisterTaskDefinitionCommand,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import type { Account } from "./account.ts";
import type { AccountClients } from "./clients.ts";
import { giveAllRights } from "./create-roles.ts";
import type { ExportDocument, ExportedKind, ExportedResource } from "./export-document.ts";
import { freePort, unlessExists } from "./stand-in.ts";

// biome-ignore lint/suspicious/noExplicitAny: the document has the input that the command needs.
type Creator = readonly [keyof AccountClients, new (input: any) => any, idIn?: (output: any) => string];

const creators: Readonly<Record<ExportedKind, Creator>> = {
  repository: ["ecr", CreateRepositoryCommand],
  role: ["iam", CreateRoleCommand],
  vpc: ["ec2", CreateVpcCommand, ({ Vpc }) => Vpc.VpcId],
  subnet: ["ec2", CreateSubnetCommand, ({ Subnet }) => Subnet.SubnetId],
  securityGroup: ["ec2", CreateSecurityGroupCommand, ({ GroupId }) => GroupId],
  ingress: ["ec2", AuthorizeSecurityGroupIngressCommand],
  targetGroup: ["balancer", CreateTargetGroupCommand, ({ TargetGroups }) => TargetGroups[0].TargetGroupArn],
  loadBalancer: [
    "balancer",
    CreateLoadBalancerCommand,
    ({ LoadBalancers }) => LoadBalancers[0].LoadBalancerArn,
  ],
  listener: ["balancer", CreateListenerCommand, ({ Listeners }) => Listeners[0].ListenerArn],
  rule: ["balancer", CreateRuleCommand],
  cluster: ["ecs", CreateClusterCommand],
  taskDefinition: [
    "ecs",
    RegisterTaskDefinitionCommand,
    ({ taskDefinition }) => taskDefinition.taskDefinitionArn,
  ],
  service: ["ecs", CreateServiceCommand],
  alarm: ["cloudwatch", PutMetricAlarmCommand],
  application: ["codedeploy", CreateApplicationCommand],
  deploymentGroup: ["codedeploy", CreateDeploymentGroupCommand],
  scalableTarget: ["autoscaling", RegisterScalableTargetCommand],
  scalingPolicy: ["autoscaling", PutScalingPolicyCommand],
};

/** Creates what an export describes, with stand-in images. Identifiers are those of the new account. */
export async function createExported(
  account: Account,
  { resources, notRead }: ExportDocument,
): Promise<void> {
  const { clients, made, notChecked } = account;
  const ids = new Map<string, string>();
  for (const { kind, id, input } of resources) {
    const own = replaceIds(input, ids) as ExportedResource["input"];
    const [client, Command, idIn] = creators[kind];
    const output = await send(account, clients[client], Command, await prepared(account, kind, own));
    if (output === undefined) continue;
    if (idIn) ids.set(id, idIn(output));
    if (kind === "vpc") await openWayOut(clients, ids.get(id) ?? "");
    if (kind === "role") {
      await giveAllRights(clients.iam, `${input.RoleName}`);
      notChecked.push(`permissions of ${input.RoleName} not checked: the lab gave it all rights`);
    }
    made.push(
      `${kind} ${input.Name ?? input.serviceName ?? input.RoleName ?? input.AlarmName ?? id} from the export`,
    );
  }
  notChecked.push("routes not checked: the lab gave the exported subnets a way to the internet");
  for (const part of notRead) notChecked.push(`not in the export: ${part}`);
}

function replaceIds(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  return JSON.parse(JSON.stringify(value), (_, member) => ids.get(member) ?? member);
}

/** Leaves out the members that the simulator does not support, and says so. Resolves to undefined for an existing one. */
async function send(
  { notChecked }: Account,
  client: object,
  Command: Creator[1],
  input: Record<string, unknown>,
): Promise<unknown> {
  try {
    return await (client as { send(command: unknown): Promise<unknown> }).send(new Command(input));
  } catch (error) {
    const [, member = "", operation] = /does not support (\w+) in (\w+)/.exec((error as Error).message) ?? [];
    if (!(member in input)) return unlessExists(error as Error);
    notChecked.push(`${member} of ${operation}: the simulator does not have it`);
    const { [member]: _, ...others } = input;
    return send({ notChecked } as Account, client, Command, others);
  }
}

/** The simulated account has no certificates, and only stand-in images. */
async function prepared(
  account: Account,
  kind: ExportedKind,
  input: ExportedResource["input"],
): Promise<Record<string, unknown>> {
  if (kind === "listener" && input.Protocol === "HTTPS") {
    account.notChecked.push(`TLS of port ${input.Port}: the lab's listener has HTTP`);
    const { Certificates: _, SslPolicy: __, AlpnPolicy: ___, ...others } = input;
    return { ...others, Protocol: "HTTP" };
  }
  if (kind !== "taskDefinition") return input;
  const containers = (input.containerDefinitions ?? []) as NonNullable<
    TaskDefinition["containerDefinitions"]
  >;
  const containerDefinitions = [];
  for (const [index, { entryPoint: _, healthCheck: __, ...container }] of containers.entries()) {
    const port = container.portMappings?.[0]?.containerPort ?? freePort + index;
    const [, name, tag] = /\.amazonaws\.com\/([^:@]+):([\w.-]+)$/.exec(container.image ?? "") ?? [];
    const image = name
      ? await account.standIns.push(port, name, tag).then(() => container.image)
      : await account.standIns.push(port);
    containerDefinitions.push({ ...container, image });
  }
  account.notChecked.push(
    "the exported revision runs stand-in images without its entry points and health checks",
  );
  return { ...input, containerDefinitions };
}

async function openWayOut({ ec2 }: AccountClients, VpcId: string): Promise<void> {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const { InternetGatewayId = "" } = InternetGateway ?? {};
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
  const { RouteTables = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "vpc-id", Values: [VpcId] }] }),
  );
  const route = {
    RouteTableId: RouteTables[0]?.RouteTableId,
    DestinationCidrBlock: "0.0.0.0/0",
    GatewayId: InternetGatewayId,
  };
  await ec2.send(new CreateRouteCommand(route));
}
