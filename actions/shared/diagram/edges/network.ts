import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { isObject } from "../../task-definition.ts";
import { targetGroupsOf } from "../details.ts";
import type { DrawnResources } from "../drawn-resources.ts";
import { routesOf } from "../subnets.ts";
import { type EdgeDraft, edgesAlong, type FindEdges, reversed, visitors } from "./edge.ts";

const group = "AWS::EC2::SecurityGroup";
const loadBalancer = "AWS::ElasticLoadBalancingV2::LoadBalancer";

/** Paths of the security groups in a resource of each type. */
const carriers: { readonly [type: string]: readonly string[] } = {
  "AWS::EC2::Instance": ["SecurityGroupIds", "NetworkInterfaces.GroupSet"],
  "AWS::ECS::Service": ["NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"],
  "AWS::RDS::DBInstance": ["VPCSecurityGroups"],
  [loadBalancer]: ["SecurityGroups"],
};

interface Ingress {
  readonly into: EvaluatedResource;
  readonly rule: { readonly [key: string]: unknown };
}

/** Finds who reaches whom by the rules of security groups. A load balancer's targets come from its target groups. */
export const findReach: FindEdges = (resources) =>
  ingressOf(resources).flatMap(({ into, rule }) => {
    const sources = resources
      .targetsOf([rule.SourceSecurityGroupId], [group])
      .flatMap((source) => carriersOf(source, resources))
      .filter(({ type }) => type !== loadBalancer);
    const targets = carriersOf(into, resources);
    const inside = sources.flatMap((from) =>
      targets.filter((to) => to !== from).map((to): EdgeDraft => ({ from, to, label: labelOf(rule) })),
    );
    const range = [rule.CidrIp, rule.CidrIpv6].find((value) => typeof value === "string");
    const isOutside = typeof range === "string" && !isPrivate(range);
    return [...inside, ...(isOutside ? targets.flatMap((to) => visits(to, range, rule, resources)) : [])];
  });

/** Returns the targets of a rule; for a load balancer, its listeners on the ports of the rule. */
function visits(
  to: EvaluatedResource,
  range: string,
  rule: Ingress["rule"],
  resources: DrawnResources,
): EdgeDraft[] {
  const source = isAnywhere(range) ? "from anywhere" : `from ${range}`;
  if (to.type !== loadBalancer)
    return [{ from: visitors, to, label: `${labelOf(rule)}${isAnywhere(range) ? "" : ` ${source}`}` }];
  return resources
    .ofType("AWS::ElasticLoadBalancingV2::Listener")
    .filter((listener) => resources.targetsAt(listener, "LoadBalancerArn", [loadBalancer]).includes(to))
    .filter((listener) => isIn(Number(resources.textAt(listener, "Port")), rule))
    .map((listener) => ({ from: visitors, to: listener, label: source }));
}

function ingressOf(resources: DrawnResources): Ingress[] {
  const inline = resources
    .ofType(group)
    .flatMap((into) =>
      resources
        .valuesAt(into, "SecurityGroupIngress")
        .flatMap((rule) => (isObject(rule) ? [{ into, rule }] : [])),
    );
  const apart = resources
    .ofType("AWS::EC2::SecurityGroupIngress")
    .flatMap((rule) =>
      resources.targetsAt(rule, "GroupId", [group]).map((into) => ({ into, rule: rule.properties })),
    );
  return [...inline, ...apart];
}

function carriersOf(securityGroup: EvaluatedResource, resources: DrawnResources): EvaluatedResource[] {
  return Object.entries(carriers).flatMap(([type, paths]) =>
    resources
      .ofType(type)
      .filter((carrier) =>
        paths.some((path) => resources.targetsAt(carrier, path, [group]).includes(securityGroup)),
      ),
  );
}

/** Returns a text such as `MySQL 3306`; a description too long for a label becomes `tcp 3306`. */
function labelOf({ Description, IpProtocol, FromPort, ToPort }: Ingress["rule"]): string {
  const words =
    typeof Description === "string" && Description.length <= 12 ? Description : String(IpProtocol);
  if (FromPort === undefined) return words === "-1" ? "any port" : words;
  return `${words} ${FromPort}${FromPort === ToPort ? "" : `–${ToPort}`}`;
}

function isIn(port: number, { FromPort, ToPort }: Ingress["rule"]): boolean {
  return FromPort === undefined || (port >= Number(FromPort) && port <= Number(ToPort));
}

function isAnywhere(range: string): boolean {
  return range === "0.0.0.0/0" || range === "::/0";
}

/** RFC 1918. */
function isPrivate(range: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(range);
}

/** Finds subnets whose routes lead through a NAT gateway. */
export const findWaysOut: FindEdges = (resources) =>
  resources
    .ofType("AWS::EC2::Subnet")
    .flatMap((subnet) =>
      routesOf(subnet, resources).flatMap((route) =>
        resources
          .targetsAt(route, "NatGatewayId", ["AWS::EC2::NatGateway"])
          .map((to): EdgeDraft => ({ from: { aroundSubnet: subnet }, to, label: "way out", isUpward: true })),
      ),
    );

const elb = "AWS::ElasticLoadBalancingV2::";
const service = "AWS::ECS::Service";

/** Listener → target group, by its default or a rule. */
export const findForwards: FindEdges = (resources) => {
  const rules = resources.ofType(`${elb}ListenerRule`);
  const listenerOf = (rule: EvaluatedResource) =>
    resources.targetsAt(rule, "ListenerArn", [`${elb}Listener`]);
  const byDefault = resources.ofType(`${elb}Listener`).flatMap((listener) => {
    const label = rules.some((rule) => listenerOf(rule).includes(listener)) ? "all else" : "all";
    return targetGroupsOf(listener, resources).map((to) => ({ from: listener, to, label }));
  });
  const byRule = rules.flatMap((rule) =>
    listenerOf(rule).flatMap((from) =>
      targetGroupsOf(rule, resources).map((to) => ({ from, to, label: conditionsOf(rule, resources) })),
    ),
  );
  return [...byDefault, ...byRule];
};

/** Returns the paths, hosts or addresses that a rule is for. */
function conditionsOf(rule: EvaluatedResource, resources: DrawnResources): string {
  const values = (config: string) => resources.textsAt(rule, `Conditions.${config}`);
  const paths = [
    ...values("PathPatternConfig.Values"),
    ...values("Values"),
    ...values("HostHeaderConfig.Values"),
  ];
  const sources = values("SourceIpConfig.Values");
  return [paths.join(", "), sources.length > 0 ? `from ${sources.join(", ")}` : ""].filter(Boolean).join(" ");
}

/** Target group → service: the serving one, and the one that the next deployment uses. */
export const findTargets: FindEdges = (resources) => {
  const groupType = [`${elb}TargetGroup`];
  const now = reversed(
    edgesAlong(resources, service, "LoadBalancers.TargetGroupArn", groupType, () => "serves"),
  );
  const pairs = resources.ofType("AWS::CodeDeploy::DeploymentGroup").flatMap((group) => {
    const named = resources.targetsAt(
      group,
      "LoadBalancerInfo.TargetGroupPairInfoList.TargetGroups.Name",
      groupType,
    );
    return resources
      .targetsAt(group, "ECSServices.ServiceName", [service])
      .flatMap((to) => named.map((from): EdgeDraft => ({ from, to, label: "next release", isDashed: true })));
  });
  const isServing = ({ from, to }: EdgeDraft) => now.some((edge) => edge.from === from && edge.to === to);
  return [...now, ...pairs.filter((edge) => !isServing(edge))];
};
