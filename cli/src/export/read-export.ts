import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicy$,
  RegisterScalableTarget$,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeAlarmsCommand, PutMetricAlarm$ } from "@aws-sdk/client-cloudwatch";
import { CreateDeploymentGroup$ } from "@aws-sdk/client-codedeploy";
import {
  AuthorizeSecurityGroupIngress$,
  CreateSubnet$,
  CreateVpc$,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { CreateService$ } from "@aws-sdk/client-ecs";
import {
  type Action,
  CreateListener$,
  CreateLoadBalancer$,
  CreateRule$,
  CreateTargetGroup$,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type Listener,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { lastSegment, parseArn } from "@ecs-delivery/actions/core/arn";
import type { AccountClients } from "@ecs-delivery/lab/account/clients";
import type { ExportDocument } from "@ecs-delivery/lab/account/export-document";
import { type Resource, type ResourceKind, resourceKinds } from "@ecs-delivery/lab/account/resources";
import { NormalizedSchema } from "@smithy/core/schema";
import { hideValues } from "../init/hidden-values.ts";
import { cleaned, findGroup, readRunning } from "../init/read-service.ts";

type Found = Readonly<Record<string, unknown>>;

/** Reads a service and all that it needs. A part that may not be read is listed instead. */
export async function exportService(
  clients: AccountClients,
  given: { readonly cluster: string; readonly service: string },
): Promise<ExportDocument> {
  const { cluster, found: service, taskDefinition } = await readRunning(clients, given);
  const { account = "", region = "" } = parseArn(service.serviceArn ?? "") ?? {};
  const { serviceName: name = given.service } = service;
  const found = collect();
  found.add("cluster", service.clusterArn, { clusterName: cluster });
  found.add("service", service.serviceArn, { ...inputOf(CreateService$, service), cluster });
  // Values that a diff hides are placeholders.
  const { deployed } = hideValues({ taskDefinition: cleaned(taskDefinition), service: "", revision: "" });
  found.add("taskDefinition", service.taskDefinition, deployed.taskDefinition as Found);
  for (const { image = "" } of taskDefinition.containerDefinitions ?? []) {
    const [, owner, repositoryName] = /^(\d{12})\.dkr\.ecr\.[^/]+\/([^:@]+)/.exec(image) ?? [];
    if (repositoryName && owner === account) found.add("repository", repositoryName, { repositoryName });
  }
  await found.guard("the deployment group of CodeDeploy", async () => {
    if (service.deploymentController?.type !== "CODE_DEPLOY") return;
    const group = await findGroup(clients.codedeploy, cluster, name);
    if (!group) return;
    const { applicationName, deploymentGroupName } = group;
    found.add("application", applicationName, { applicationName, computePlatform: "ECS" });
    found.add("deploymentGroup", deploymentGroupName, inputOf(CreateDeploymentGroup$, group));
  });
  await found.guard("target groups and load balancers", () => readBalancing(clients, found));
  await found.guard("subnets and security groups", () => readNetwork(clients, found));
  await found.guard("scaling", () => readScaling(clients, found, `service/${cluster}/${name}`));
  await found.guard("alarms", () => readAlarms(clients, found));
  for (const arn of found.ids(/"(arn:aws[\w-]*:iam::\d+:role\/(?!aws-service-role\/)[^"]+)"/g))
    await found.guard(`the role ${arn}`, () => readRole(clients, found, arn));
  return { version: 1, region, account, cluster, service: name, ...found.result() };
}

type Collection = ReturnType<typeof collect>;

function collect() {
  const resources: Resource[] = [];
  const notRead: string[] = [];
  return {
    add(kind: ResourceKind, id: string | undefined, input: Found): void {
      resources.push({ kind, id: id ?? "", input });
    },
    async guard(part: string, read: () => Promise<void>): Promise<void> {
      await read().catch((error: Error) => {
        if (!/AccessDenied|Unauthorized|Forbidden/i.test(error.name)) throw error;
        notRead.push(`${part}: ${error.message}`);
      });
    },
    /** Texts in what was found so far, by a pattern with one group. */
    ids: (pattern: RegExp) => [
      ...new Set([...JSON.stringify(resources).matchAll(pattern)].map(([, id = ""]) => id)),
    ],
    result: () => ({
      resources: resources.toSorted(
        (one, other) => resourceKinds.indexOf(one.kind) - resourceKinds.indexOf(other.kind),
      ),
      notRead,
    }),
  };
}

/** Members that the operation's input has, without empty ones. */
// biome-ignore lint/suspicious/noExplicitAny: the SDK's type of a schema is not exported.
function inputOf(operation: any, described: object): Found {
  const names = [...NormalizedSchema.of(operation[4]).structIterator()].map(([name]) => name);
  return cleaned(present(described as Found, names)) as Found;
}

const present = (value: object, names: readonly string[]): Found =>
  Object.fromEntries(
    Object.entries(value).filter(([name, member]) => names.includes(name) && member !== undefined),
  );

async function readBalancing({ balancer }: AccountClients, found: Collection): Promise<void> {
  const arns = found.ids(/"(arn:[^"]*:targetgroup\/[^"]+)"/g);
  const names = found
    .ids(/"targetGroups":\[([^\]]+)\]/g)
    .flatMap((list) => [...list.matchAll(/"name":"([^"]+)"/g)].map(([, name = ""]) => name));
  const groups = [
    ...(arns.length > 0 ? [{ TargetGroupArns: arns }] : []),
    ...(names.length > 0 ? [{ Names: names }] : []),
  ];
  const described = new Map<string, string[]>();
  for (const request of groups) {
    const { TargetGroups = [] } = await balancer.send(new DescribeTargetGroupsCommand(request));
    for (const group of TargetGroups) {
      const { TargetGroupArn = "", TargetGroupName: Name, LoadBalancerArns = [] } = group;
      if (!described.has(TargetGroupArn))
        found.add("targetGroup", TargetGroupArn, inputOf(CreateTargetGroup$, { ...group, Name }));
      described.set(TargetGroupArn, LoadBalancerArns);
    }
  }
  const balancers = [...new Set([...described.values()].flat())];
  if (balancers.length === 0) return;
  const { LoadBalancers = [] } = await balancer.send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns: balancers }),
  );
  for (const each of LoadBalancers) {
    const { LoadBalancerArn, LoadBalancerName: Name, AvailabilityZones = [] } = each;
    const Subnets = AvailabilityZones.map(({ SubnetId }) => SubnetId);
    found.add("loadBalancer", LoadBalancerArn, inputOf(CreateLoadBalancer$, { ...each, Name, Subnets }));
    const { Listeners = [] } = await balancer.send(new DescribeListenersCommand({ LoadBalancerArn }));
    for (const listener of Listeners)
      await readListener(balancer, found, listener, (arn) => described.has(arn));
  }
}

/** Keeps the rules that forward to the service. Another service gets no traffic in the copy. */
async function readListener(
  balancer: AccountClients["balancer"],
  found: Collection,
  listener: Listener,
  isOwn: (arn: string) => boolean,
) {
  const { ListenerArn, DefaultActions = [] } = listener;
  const targets = (actions: readonly Action[]) =>
    actions.flatMap(({ TargetGroupArn = [], ForwardConfig }) =>
      [
        TargetGroupArn,
        ...(ForwardConfig?.TargetGroups ?? []).map((each) => each.TargetGroupArn ?? ""),
      ].flat(),
    );
  const { Rules = [] } = await balancer.send(new DescribeRulesCommand({ ListenerArn }));
  const rules = Rules.filter(({ IsDefault, Actions = [] }) => !IsDefault && targets(Actions).some(isOwn));
  if (rules.length === 0 && !targets(DefaultActions).some(isOwn)) return;
  const other = [
    {
      Type: "fixed-response",
      FixedResponseConfig: { StatusCode: "404", ContentType: "text/plain", MessageBody: "another service" },
    },
  ];
  const kept = targets(DefaultActions).every(isOwn) ? DefaultActions : other;
  found.add("listener", ListenerArn, inputOf(CreateListener$, { ...listener, DefaultActions: kept }));
  for (const rule of rules) {
    // Most kinds are described twice, and may be given once.
    const Conditions = rule.Conditions?.map(({ Values, ...config }) =>
      Object.keys(config).length > 1 ? config : { ...config, Values },
    );
    const input = { ...rule, ListenerArn, Priority: Number(rule.Priority), Conditions };
    found.add("rule", rule.RuleArn, inputOf(CreateRule$, input));
  }
}

async function readNetwork({ ec2 }: AccountClients, found: Collection): Promise<void> {
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ SubnetIds: found.ids(/"(subnet-\w+)"/g) }),
  );
  const vpcs = [...new Set(Subnets.map(({ VpcId = "" }) => VpcId))];
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: vpcs }));
  for (const vpc of Vpcs) found.add("vpc", vpc.VpcId, inputOf(CreateVpc$, present(vpc, ["CidrBlock"])));
  const ofSubnet = ["AvailabilityZone", "CidrBlock", "VpcId"];
  for (const subnet of Subnets)
    found.add("subnet", subnet.SubnetId, inputOf(CreateSubnet$, present(subnet, ofSubnet)));
  let known: string[] = [];
  // A rule may name a further group.
  for (
    let open = found.ids(/"(sg-\w+)"/g);
    open.length > 0;
    open = found.ids(/"(sg-\w+)"/g).filter((id) => !known.includes(id))
  ) {
    known = [...known, ...open];
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: open }));
    for (const { GroupId, GroupName, Description, VpcId, IpPermissions = [] } of SecurityGroups) {
      // Each network has its group of this name.
      const name = GroupName === "default" ? "exported-default" : GroupName;
      found.add("securityGroup", GroupId, { GroupName: name, Description, VpcId });
      if (IpPermissions.length > 0)
        found.add("ingress", GroupId, inputOf(AuthorizeSecurityGroupIngress$, { GroupId, IpPermissions }));
    }
  }
}

async function readScaling(
  { autoscaling }: AccountClients,
  found: Collection,
  ResourceId: string,
): Promise<void> {
  const ofEcs = { ServiceNamespace: "ecs" as const };
  const { ScalableTargets = [] } = await autoscaling.send(
    new DescribeScalableTargetsCommand({ ...ofEcs, ResourceIds: [ResourceId] }),
  );
  for (const target of ScalableTargets)
    found.add("scalableTarget", ResourceId, inputOf(RegisterScalableTarget$, target));
  const { ScalingPolicies = [] } = await autoscaling.send(
    new DescribeScalingPoliciesCommand({ ...ofEcs, ResourceId }),
  );
  for (const policy of ScalingPolicies)
    found.add("scalingPolicy", policy.PolicyName, inputOf(PutScalingPolicy$, policy));
}

/** Alarms that the service or its deployment group names. Those of scaling are made with its policies. */
async function readAlarms({ cloudwatch }: AccountClients, found: Collection): Promise<void> {
  const lists = found
    .ids(/"(?:alarmNames|alarms)":(\[[^\]]*\])/g)
    .flatMap((list) => JSON.parse(list) as (string | { name: string })[]);
  const AlarmNames = [...new Set(lists.map((alarm) => (typeof alarm === "string" ? alarm : alarm.name)))];
  if (AlarmNames.length === 0) return;
  const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames }));
  for (const alarm of MetricAlarms) found.add("alarm", alarm.AlarmName, inputOf(PutMetricAlarm$, alarm));
}

async function readRole({ iam }: AccountClients, found: Collection, arn: string): Promise<void> {
  const RoleName = lastSegment(arn);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const AssumeRolePolicyDocument = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
  found.add("role", arn, { RoleName, Path: Role?.Path, AssumeRolePolicyDocument });
}
