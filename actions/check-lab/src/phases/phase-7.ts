import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import { lastSegment } from "../../../core/arn.ts";
import { openingsOf } from "../../../ecs/network/addresses.ts";
import { needsOf } from "../../../ecs/network/needs.ts";
import {
  groupsOf,
  idsOf,
  type Network,
  type Placement,
  rulesIn,
  type Way,
} from "../../../ecs/network/network.ts";
import { databasesIn, waysIn, waysToDatabase } from "../../../ecs/network/way-in.ts";
import { waysOut } from "../../../ecs/network/way-out.ts";
import { networkOf, privateSubnets } from "../account/network.ts";
import { hint } from "../choices.ts";
import { forServices, type Item } from "../item.ts";
import type { Lab } from "../lab.ts";
import { sharesOf } from "../listener-rules.ts";
import { broken, type Outcome, unchecked, verdict } from "../outcome.ts";
import { attachments, groupOfTasks, nameOfService, primaryOf, type ServiceName } from "../parts.ts";
import { causesOf } from "./effects.ts";
import { fixOfForwarding, noGateway, noRule } from "./forwarding.ts";

const createAgain =
  "aws ecs delete-service --force, then aws ecs create-service with the command of the guide's phase 7.";
const provision = "Run Provision with stacks: services.";

/** The two ECS services. */
export const phase7: readonly Item[] = [
  {
    id: "7.services",
    title: "Both services are active on Fargate, with at least one desired task",
    fix: {
      console:
        "ECS → cluster → Services → Create: Fargate, REPLICA, desired tasks 1, the service's task definition.",
      cli: "aws ecs create-service --launch-type FARGATE --desired-count 1 …; for an existing service, aws ecs update-service --desired-count 1.",
      templates: provision,
    },
    check: forServices(async ({ roles }, name) => {
      const service = await roles.service(name);
      const { status, launchType, capacityProviderStrategy = [], desiredCount = 0 } = service;
      const shown = nameOfService(service);
      const launch = primaryOf(service)?.launchType ?? launchType;
      const onFargate =
        launch === "FARGATE" ||
        capacityProviderStrategy.some(({ capacityProvider }) => capacityProvider?.startsWith("FARGATE"));
      const problems = broken(
        [status === "ACTIVE", `${shown} is ${status}`],
        [onFargate, `${shown} runs on ${launch}, not FARGATE`],
        [desiredCount > 0, `${shown} has the desired count 0`],
      );
      return verdict(problems, `${shown}: desired ${desiredCount}`);
    }),
  },
  {
    id: "7.controller",
    title: "CodeDeploy is the deployment controller of both services",
    fix: {
      console:
        "ECS → service → Delete, then Create with deployment type Blue/green (CodeDeploy). It cannot be changed.",
      cli: `Use --deployment-controller type=CODE_DEPLOY: ${createAgain}`,
      templates: `Delete the service, then: ${provision}`,
    },
    check: forServices(async ({ roles }, name) => {
      const service = await roles.service(name);
      const type = service.deploymentController?.type ?? "ECS";
      const shown = nameOfService(service);
      return verdict(
        type === "CODE_DEPLOY" ? [] : [`${shown} has the deployment controller ${type}, not CODE_DEPLOY`],
        `${shown}: ${type}`,
      );
    }),
  },
  {
    id: "7.container",
    title: "The load balancer reaches each service's own container on port 8080",
    fix: {
      console:
        "ECS → service → Delete, then Create: load balancing to the container of the service, port 8080.",
      cli: `Use --load-balancers targetGroupArn=…,containerName=customer,containerPort=8080: ${createAgain}`,
      templates: provision,
    },
    check: forServices(async ({ roles }, name) => {
      const service = await roles.service(name);
      const { containerDefinitions = [] } = await roles.taskDefinition(name);
      const own = containerDefinitions.map((container) => container.name);
      const shown = nameOfService(service);
      const used = attachments(service);
      const problems = used.flatMap(({ containerName, containerPort }) =>
        broken(
          [containerPort === 8080, `${shown} uses port ${containerPort}, not 8080`],
          [own.includes(containerName), `${shown} uses the container ${containerName}, which is missing`],
        ),
      );
      if (used.length === 0) problems.push(`${shown} has no load balancer`);
      return verdict([...new Set(problems)], `${shown}: ${used[0]?.containerName}:${used[0]?.containerPort}`);
    }),
  },
  {
    id: "7.behind-listener",
    title: "The target group of each service's tasks is behind listener 80",
    after: causesOf.forwarding,
    fix: {
      console: "EC2 → Load balancers → listener 80 → Edit: the target group of the evidence.",
      cli: "aws elbv2 modify-listener (customer) or modify-rule (employee) with the target group of taskSets[0].",
      templates: "Run Deploy; its error has the command that puts the listener back.",
    },
    check: forServices(async (lab, name) => {
      const { account, roles } = lab;
      const service = await roles.service(name);
      const used = groupOfTasks(service);
      const production = await roles.targetGroup(name, "production");
      const groups = await account.targetGroups();
      const own = groups.find(({ TargetGroupArn }) => TargetGroupArn === used)?.TargetGroupName ?? "none";
      const shown = nameOfService(service);
      const { Actions } =
        name === "employee"
          ? await roles.adminRule("production")
          : { Actions: (await roles.listener("production")).DefaultActions };
      const empty = sharesOf(Actions).find(({ arn }) => arn !== used && (service.taskSets?.length ?? 0) < 2);
      const other = groups.find(({ TargetGroupArn }) => TargetGroupArn === empty?.arn)?.TargetGroupName;
      const isBehind = own === production.TargetGroupName;
      return verdict(
        broken(
          [
            isBehind,
            `${shown} registers its tasks in ${own}, but listener 80 forwards to ${production.TargetGroupName}`,
          ],
          [
            !isBehind || !other,
            `listener 80 sends ${empty?.percent} % to ${other}, where ${shown} has no tasks; all must go to ${own}`,
          ],
        ),
        `${shown} and listener 80 use ${own}`,
        await fixOfForwarding(lab, name, "production"),
      );
    }),
  },
  {
    id: "7.network",
    title: "The load balancer reaches the tasks on port 8080, and they reach AWS and their database",
    fix: {
      console:
        "EC2 → Security groups → the tasks' group → Inbound rules: TCP 8080 from the load balancer's group.",
      cli: "aws ec2 authorize-security-group-ingress --group-id $group --protocol tcp --port 8080 --source-group $loadBalancerGroup",
      templates: "Run Provision with stacks: network,services.",
    },
    check: forServices(checkNetwork),
  },
];

async function checkNetwork(lab: Lab, name: ServiceName): Promise<Outcome> {
  const { account, roles } = lab;
  const service = await roles.service(name);
  const shown = nameOfService(service);
  const set = primaryOf(service) ?? service;
  const settings = (set.networkConfiguration ?? service.networkConfiguration)?.awsvpcConfiguration;
  const { securityGroups = [], subnets = [], assignPublicIp } = settings ?? {};
  const network = await networkOf(account);
  const placement = { subnets, securityGroups, assignPublicIp };
  const groups = groupsOf(network, placement);
  const balancer = await hint(roles.loadBalancer());
  const known = [...idsOf(network.groups), ...network.subnets.map(({ SubnetId }) => SubnetId)];
  const missing = [...subnets, ...securityGroups].filter((id) => !known.includes(id));
  const vpc = groups[0]?.VpcId;
  const problems = broken(
    [subnets.length > 0, `${shown} has no subnets`],
    [missing.length === 0, `${missing.join(", ")} of ${shown} does not exist`],
    [
      !vpc || !balancer?.VpcId || vpc === balancer.VpcId,
      `${shown} runs in ${vpc}, its load balancer in ${balancer?.VpcId}`,
    ],
  );
  const found = missing.length > 0 ? [] : await waysOf(lab, name, network, placement);
  const closed = found.filter(({ answer }) => answer === "closed");
  problems.push(...closed.map((way) => causeOf(way, network, placement, balancer)));
  const unknown = found.find(({ kind, answer }) => kind === "in" && answer === "unknown");
  if (unknown && problems.length === 0) return unchecked(`it is not known ${unknown.text}`);
  const names = groups.map(({ GroupName, GroupId }) => `${GroupName} (${GroupId})`).join(", ");
  const address = assignPublicIp === "ENABLED" ? "public" : "private";
  const fixes = new Set(closed.map(({ fix }) => fix));
  const places = new Set(closed.map(({ kind }) => inConsole[kind]));
  const console = `EC2 → Security groups → ${names}: ${[...places].join(" ")}`;
  return verdict(
    problems,
    `${shown}: ${names} opens 8080, ${address} addresses`,
    closed.length > 0 ? { console, cli: [...fixes].join("; ") } : undefined,
  );
}

/** Returns the way's own text, or that of the item whose fault closes it too. */
function causeOf(
  { kind, text }: Way,
  network: Network,
  { subnets, securityGroups }: Placement,
  { LoadBalancerName, SecurityGroups = [], AvailabilityZones = [] }: LoadBalancer = {},
): string {
  const zones = AvailabilityZones.flatMap(({ SubnetId }) => SubnetId ?? []);
  const cutOff = privateSubnets(network, zones);
  if (kind === "out" && subnets.every((id) => cutOff.includes(id)))
    return noGateway(LoadBalancerName, cutOff);
  const shared = network.groups.filter(({ GroupId = "" }) => SecurityGroups.includes(GroupId));
  const { ranges, groups } = openingsOf(rulesIn(shared), 8080);
  const isShared = securityGroups.every((id) => SecurityGroups.includes(id));
  return kind === "in" && isShared && ranges.length + groups.length === 0
    ? noRule(LoadBalancerName, 8080)
    : text;
}

const inConsole: Record<Way["kind"], string> = {
  in: "Inbound rules: TCP 8080 from the load balancer's group; that group's outbound rules: the same port.",
  out: "Outbound rules: HTTPS. Private subnets: VPC → NAT gateways or Endpoints; public ones: the service with public IP on.",
  database: "Outbound rules: TCP 3306; the inbound rules of the database's group: TCP 3306 from this group.",
};

/** Returns the ways of the load balancer to the tasks, and of the tasks to AWS and the databases in their definition. */
async function waysOf({ account, roles }: Lab, name: ServiceName, network: Network, placement: Placement) {
  const { containerDefinitions = [] } = (await hint(roles.taskDefinition(name))) ?? {};
  const repositories = (await hint(account.imageRepositories())) ?? [];
  const needs = needsOf(
    { containerDefinitions },
    repositories.flatMap(({ repositoryUri }) => repositoryUri ?? []),
  );
  const { clusterArn = "", serviceName } = await roles.service(name);
  const giveAddress = `aws ecs delete-service --cluster ${lastSegment(clusterArn)} --service ${serviceName} --force, then aws ecs create-service with the command of the guide's phase 7, which has assignPublicIp=ENABLED`;
  const out = waysOut({ network, placement, region: account.region, giveAddress }, needs);
  const balancer = await hint(roles.loadBalancer());
  const into = balancer
    ? waysIn(network, placement, balancer, [{ port: 8080, healthPort: 8080, balancers: [] }])
    : [];
  const values = containerDefinitions.flatMap(({ environment = [] }) =>
    environment.map(({ value = "" }) => value),
  );
  const databases = databasesIn(values, (await hint(account.databases())) ?? []);
  return [...out, ...into, ...databases.flatMap((each) => waysToDatabase(network, placement, each))];
}
