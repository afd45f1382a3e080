import {
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
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
} from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import type { Account } from "./account.ts";
import type { AccountClients } from "./clients.ts";

type Input = Readonly<Record<string, unknown>>;

export interface Resource {
  readonly kind: ResourceKind;
  /** Inputs of later resources refer to it, and get the identifier in this account. */
  readonly id: string;
  /** Input of the operation that creates it. */
  readonly input: Input;
}

// biome-ignore lint/suspicious/noExplicitAny: an input or output of one of many commands.
type Any = any;

interface Creator {
  readonly client: keyof AccountClients;
  readonly command: new (input: Any) => object;
  /** Member of the input that names it in the summary, if it is shown there. */
  readonly shown?: string;
  /** Member of the output, or of what it describes, to which later resources refer. */
  readonly idIn?: string;
}

/** Kinds in the order in which they can be created. */
const creators = {
  repository: { client: "ecr", command: CreateRepositoryCommand, shown: "repositoryName" },
  logGroup: { client: "logs", command: CreateLogGroupCommand, shown: "logGroupName" },
  secret: { client: "secrets", command: CreateSecretCommand, shown: "Name" },
  parameter: { client: "ssm", command: PutParameterCommand, shown: "Name" },
  identityProvider: { client: "iam", command: CreateOpenIDConnectProviderCommand },
  role: { client: "iam", command: CreateRoleCommand, shown: "RoleName" },
  vpc: { client: "ec2", command: CreateVpcCommand, idIn: "VpcId" },
  subnet: { client: "ec2", command: CreateSubnetCommand, idIn: "SubnetId" },
  securityGroup: { client: "ec2", command: CreateSecurityGroupCommand, idIn: "GroupId" },
  ingress: { client: "ec2", command: AuthorizeSecurityGroupIngressCommand },
  targetGroup: { client: "balancer", command: CreateTargetGroupCommand, idIn: "TargetGroupArn" },
  loadBalancer: { client: "balancer", command: CreateLoadBalancerCommand, idIn: "LoadBalancerArn" },
  listener: { client: "balancer", command: CreateListenerCommand, idIn: "ListenerArn" },
  rule: { client: "balancer", command: CreateRuleCommand },
  cluster: { client: "ecs", command: CreateClusterCommand, shown: "clusterName" },
  taskDefinition: { client: "ecs", command: RegisterTaskDefinitionCommand, idIn: "taskDefinitionArn" },
  service: { client: "ecs", command: CreateServiceCommand },
  alarm: { client: "cloudwatch", command: PutMetricAlarmCommand, shown: "AlarmName" },
  application: { client: "codedeploy", command: CreateApplicationCommand, shown: "applicationName" },
  deploymentGroup: {
    client: "codedeploy",
    command: CreateDeploymentGroupCommand,
    shown: "deploymentGroupName",
  },
  scalableTarget: { client: "autoscaling", command: RegisterScalableTargetCommand, shown: "ResourceId" },
  scalingPolicy: { client: "autoscaling", command: PutScalingPolicyCommand, shown: "PolicyName" },
} satisfies Record<string, Creator>;

export type ResourceKind = keyof typeof creators;
export const resourceKinds = Object.keys(creators) as ResourceKind[];

/** Helpers of the rehearsal are not worth a line. */
const isOwn = (name: unknown) => `${name}`.startsWith("rehearsal-");

/** Creates resources that do not exist yet, and says so in the summary. */
export async function createResources(account: Account, resources: readonly Resource[]): Promise<void> {
  const ids = new Map<string, string>();
  for (const { kind, id, input } of resources) {
    const { client, command, shown, idIn }: Creator = creators[kind];
    const own = JSON.parse(JSON.stringify(input), (_, member) => ids.get(member) ?? member) as Input;
    const output = await send(account, account.clients[client], command, own);
    if (output === undefined) continue;
    const described: Any[] = [output, ...Object.values(output).flat()];
    if (idIn) ids.set(id, described.find((each) => each?.[idIn])[idIn]);
    if (kind === "vpc") await openWayOut(account.clients.ec2, ids.get(id) ?? "");
    if (kind === "role") await giveAllRights(account, id, `${input.RoleName}`);
    if (shown && !isOwn(input[shown]))
      account.made.push(`${kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${input[shown]}`);
  }
}

/** Leaves out members that the simulator does not support, and says so. Resolves to undefined for an existing resource. */
async function send(
  account: Account,
  client: object,
  Command: Creator["command"],
  input: Input,
): Promise<object | undefined> {
  try {
    return await (client as { send(command: unknown): Promise<object> }).send(new Command(input));
  } catch (error) {
    const { name, message } = error as Error;
    const [, member = "", operation] = /does not support (\w+) in (\w+)/.exec(message) ?? [];
    if (/AlreadyExists|ResourceExists|Duplicate/.test(name)) return undefined;
    if (!(member in input)) throw error;
    account.notChecked.push(`${member} of ${operation}: the simulator does not have it`);
    const { [member]: _, ...others } = input;
    return send(account, client, Command, others);
  }
}

async function openWayOut(ec2: AccountClients["ec2"], VpcId: string): Promise<void> {
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const { InternetGatewayId: GatewayId = "" } = InternetGateway ?? {};
  await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId }));
  const ofVpc = { Filters: [{ Name: "vpc-id", Values: [VpcId] }] };
  const { RouteTables: [table] = [] } = await ec2.send(new DescribeRouteTablesCommand(ofVpc));
  const route = { RouteTableId: table?.RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId };
  await ec2.send(new CreateRouteCommand(route));
}

async function giveAllRights(
  { clients: { iam }, notChecked }: Account,
  role: string,
  RoleName: string,
): Promise<void> {
  const Statement = [{ Effect: "Allow", Action: "*", Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "rehearsal", PolicyDocument }));
  if (!isOwn(RoleName)) notChecked.push(`permissions of ${role} not checked: the lab gave it all rights`);
}
