import type { IpPermission } from "@aws-sdk/client-ec2";
import type { Action, Rule, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { groupOfTasks, type ListenerName, primaryOf, type ServiceName, services } from "../parts.ts";
import { allOf, type Break, type Place, type Undo } from "./place.ts";

const ofBalancer = async ({ lab }: Place) => (await lab.roles.loadBalancer()).SecurityGroups ?? [];
const ofTasks = async ({ lab }: Place) => {
  const service = await lab.roles.service("customer");
  const { networkConfiguration } = primaryOf(service) ?? service;
  return (networkConfiguration ?? service.networkConfiguration)?.awsvpcConfiguration?.securityGroups ?? [];
};
const ofDatabase = async ({ lab }: Place) =>
  (await lab.account.databases())
    .flatMap(({ VpcSecurityGroups = [] }) => VpcSecurityGroups)
    .flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);

const opens = (port: number) => (rule: IpPermission) =>
  rule.IpProtocol === "-1" || ((rule.FromPort ?? 0) <= port && port <= (rule.ToPort ?? 65_535));

/** Removes the rules of security groups for a port, or all outbound ones. */
const close =
  (groupsOf: (place: Place) => Promise<string[]>, port?: number): Break =>
  async (place) => {
    const { ec2 } = place.aws;
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ GroupIds: await groupsOf(place) });
    const undo: Undo[] = [];
    for (const {
      GroupId,
      IpPermissions: inbound = [],
      IpPermissionsEgress: outbound = [],
    } of SecurityGroups) {
      const rules = { GroupId, IpPermissions: port ? inbound.filter(opens(port)) : outbound };
      if (rules.IpPermissions.length === 0) continue;
      if (port) await ec2.revokeSecurityGroupIngress(rules);
      else await ec2.revokeSecurityGroupEgress(rules);
      undo.push(() =>
        port ? ec2.authorizeSecurityGroupIngress(rules) : ec2.authorizeSecurityGroupEgress(rules),
      );
    }
    return () => Promise.all(undo.map((each) => each()));
  };

/** Connections that exist stay open, as in AWS: only new tasks show a closed database. */
const replaceTasks: Break = async ({ aws: { ecs }, lab }) => {
  for (const name of services) {
    const { clusterArn: cluster = "", serviceName = "" } = await lab.roles.service(name);
    for (const { taskArn: task } of await lab.account.runningTasks(cluster, serviceName))
      await ecs.stopTask({ cluster, task });
  }
  return async () => {};
};

/** Deletes the way to the internet gateway from the subnets of the load balancer. */
const cutRoute: Break = async ({ aws: { ec2 }, lab }) => {
  const { AvailabilityZones = [] } = await lab.roles.loadBalancer();
  const Values = AvailabilityZones.flatMap(({ SubnetId }) => SubnetId ?? []);
  const { RouteTables = [] } = await ec2.describeRouteTables({
    Filters: [{ Name: "association.subnet-id", Values }],
  });
  const routes = RouteTables.flatMap(({ RouteTableId, Routes = [] }) => {
    const GatewayId = Routes.find((route) => route.DestinationCidrBlock === "0.0.0.0/0")?.GatewayId;
    return GatewayId ? [{ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId }] : [];
  });
  for (const { GatewayId, ...route } of routes) await ec2.deleteRoute(route);
  return () => Promise.all(routes.map((route) => ec2.createRoute(route)));
};

const forward = (...arns: string[]): Action[] => [
  {
    Type: "forward",
    ForwardConfig: { TargetGroups: arns.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 1 })) },
  },
];
const ownGroup = async ({ lab }: Place, service: ServiceName) =>
  groupOfTasks(await lab.roles.service(service)) ?? "";
/** The service's group that no task is registered in. */
const idleGroup = async (place: Place, service: ServiceName) => {
  const own = await ownGroup(place, service);
  const names = await place.lab.roles.pairOf(service);
  const groups = await place.lab.account.targetGroups();
  const pair = groups.filter(({ TargetGroupName = "" }) => names.includes(TargetGroupName));
  return pair.find(({ TargetGroupArn }) => TargetGroupArn !== own)?.TargetGroupArn ?? "";
};

const sendCustomersTo =
  (group: (place: Place) => Promise<string>): Break =>
  async (place) => {
    const { ListenerArn, DefaultActions } = await place.lab.roles.listener("production");
    await place.aws.elbv2.modifyListener({ ListenerArn, DefaultActions: forward(await group(place)) });
    return () => place.aws.elbv2.modifyListener({ ListenerArn, DefaultActions });
  };

/** AWS describes the values of a condition in two places, and accepts them in one. */
const conditionsOf = ({ Conditions = [] }: Rule): RuleCondition[] =>
  Conditions.map(({ Values, ...rest }) => (Object.keys(rest).length > 1 ? rest : { ...rest, Values }));

/** Changes the rule for /admin of these listeners. */
const changeRules =
  (
    names: readonly ListenerName[],
    change: (rule: Rule, place: Place) => Promise<Pick<Rule, "Actions" | "Conditions">>,
  ): Break =>
  async (place) => {
    const rules = await Promise.all(names.map((name) => place.lab.roles.adminRule(name)));
    for (const rule of rules) {
      const { RuleArn, Actions } = rule;
      const changed = { Actions, Conditions: conditionsOf(rule), ...(await change(rule, place)) };
      await place.aws.elbv2.modifyRule({ RuleArn, ...changed });
    }
    return async () => {
      for (const rule of rules) {
        const { RuleArn, Actions } = rule;
        await place.aws.elbv2.modifyRule({ RuleArn, Actions, Conditions: conditionsOf(rule) });
      }
    };
  };
const withSource = (rule: Rule, ...addresses: string[]) => {
  const others = conditionsOf(rule).filter(({ Field }) => Field !== "source-ip");
  const source = { Field: "source-ip", SourceIpConfig: { Values: addresses } };
  return { Conditions: addresses.length > 0 ? [...others, source] : others };
};
const production = ["production"] as const;
const both = ["production", "test"] as const;

const deleteRule: Break = async ({ aws: { elbv2 }, lab }) => {
  const rule = await lab.roles.adminRule("test");
  const { ListenerArn } = await lab.roles.listener("test");
  await elbv2.deleteRule({ RuleArn: rule.RuleArn });
  const { Actions, Priority } = rule;
  const Conditions = conditionsOf(rule);
  return () => elbv2.createRule({ ListenerArn, Priority: Number(Priority), Conditions, Actions });
};

/** A rule before that for /admin forbids one page. */
const forbidForm: Break = async ({ aws: { elbv2 }, lab }) => {
  const { RuleArn, Priority } = await lab.roles.adminRule("production");
  const { ListenerArn } = await lab.roles.listener("production");
  const setPriority = (to: number) =>
    elbv2.setRulePriorities({ RulePriorities: [{ RuleArn, Priority: to }] });
  await setPriority(Number(Priority) + 90);
  const { Rules } = await elbv2.createRule({
    ...{ ListenerArn, Priority: Number(Priority) },
    Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/admin/*add"] } }],
    Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "403" } }],
  });
  return async () => {
    await elbv2.deleteRule({ RuleArn: Rules?.[0]?.RuleArn });
    await setPriority(Number(Priority));
  };
};

const checkHealthAt =
  (HealthCheckPath: string): Break =>
  async (place) => {
    const TargetGroupArn = await ownGroup(place, "employee");
    const groups = await place.lab.account.targetGroups();
    const before = groups.find((group) => group.TargetGroupArn === TargetGroupArn)?.HealthCheckPath;
    await place.aws.elbv2.modifyTargetGroup({ TargetGroupArn, HealthCheckPath });
    return () => place.aws.elbv2.modifyTargetGroup({ TargetGroupArn, HealthCheckPath: before });
  };

const runTasks =
  (desiredCount: number): Break =>
  async ({ aws: { ecs }, lab }) => {
    const { clusterArn: cluster, serviceArn: service, ...before } = await lab.roles.service("customer");
    await ecs.updateService({ cluster, service, desiredCount });
    return () => ecs.updateService({ cluster, service, desiredCount: before.desiredCount });
  };

const stopDatabase: Break = async ({ aws: { rds }, lab }) => {
  const [{ DBInstanceIdentifier } = {}] = await lab.account.databases();
  await rds.stopDBInstance({ DBInstanceIdentifier });
  return () => rds.startDBInstance({ DBInstanceIdentifier });
};

const toGroupOf = (service: ServiceName) => (place: Place) => ownGroup(place, service);
const adminToCustomers = async (_: Rule, place: Place) => ({
  Actions: forward(await ownGroup(place, "customer")),
});
const employeesFirst = async (_: Rule, place: Place) => ({
  Actions: forward(await ownGroup(place, "employee"), await ownGroup(place, "customer")),
});

/** Ways from a browser to a task and its database. */
export const networkBreaks = {
  "private-party": close(ofBalancer, 80),
  "brick-wall": close(ofTasks, 8080),
  "locked-larder": allOf(close(ofDatabase, 3306), replaceTasks),
  "no-exit": close(ofBalancer),
  "road-works": cutRoute,
  "wrong-counter": sendCustomersTo(toGroupOf("employee")),
  "swapped-signs": allOf(changeRules(production, adminToCustomers), sendCustomersTo(toGroupOf("employee"))),
  "empty-room": sendCustomersTo((place) => idleGroup(place, "customer")),
  "torn-page": deleteRule,
  "staff-in-the-shop": changeRules(production, adminToCustomers),
  "coin-toss": changeRules(production, employeesFirst),
  "no-forms": forbidForm,
  "open-door": changeRules(both, async (rule) => withSource(rule)),
  "lost-key": changeRules(both, async (rule) => withSource(rule, "203.0.113.7/32")),
  "wrong-pulse": checkHealthAt("/admin/supplier"),
  "day-off": runTasks(0),
  "lunch-rush": runTasks(1),
  "cold-cellar": stopDatabase,
} satisfies Record<string, Break>;
