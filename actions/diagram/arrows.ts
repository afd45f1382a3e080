import type { EvaluatedResource } from "../cloudformation/resources.ts";
import type { Arrow, ArchitectureCard as Card } from "../core/diagrams.ts";
import { isObject } from "../core/is-object.ts";
import { cardOf, idOf, isShown, type ResourceGraph, textsIn } from "./resource-graph.ts";

/** Finds who uses whom, by the rows of the types, the rules of listeners and those of security groups. */
export function findArrows(graph: ResourceGraph, existingDatabases: readonly Card[]): Arrow[] {
  const services = graph.ofType("AWS::ECS::Service");
  return [
    ...reachArrows(graph),
    ...ruleArrows(graph),
    ...graph.all.filter(isShown).flatMap((resource) => ownArrows(resource, graph)),
    ...nextReleases(graph),
    ...services.flatMap((service) =>
      existingDatabases.map(({ id }) => ({ from: idOf(service), to: id, label: "queries" })),
    ),
    ...graph
      .ofType("AWS::IAM::OIDCProvider")
      .filter(({ properties }) => String(properties.Url).includes("token.actions.githubusercontent.com"))
      .map((provider) => ({ from: "github", to: idOf(provider), label: "signs in" })),
  ];
}

function ownArrows(resource: EvaluatedResource, graph: ResourceGraph): Arrow[] {
  const { to = {}, from = {} } = cardOf(resource.type) ?? {};
  const id = idOf(resource);
  // A pipeline and a rule give the names of their sources.
  const named = "AWS::CodeCommit::Repository" in from ? graph.namedIn(resource.properties) : [];
  return [...new Set([...graph.used(resource), ...named])].flatMap((other) => {
    const [forth, back] = [to[other.type], from[other.type]];
    if (other === resource || !isShown(other)) return [];
    return [
      ...(forth === undefined ? [] : [{ from: id, to: idOf(other), label: forth }]),
      ...(back === undefined ? [] : [{ from: idOf(other), to: id, label: back }]),
    ];
  });
}

/** A listener's rule leads to a target group under its conditions. */
function ruleArrows(graph: ResourceGraph): Arrow[] {
  return graph.ofType("AWS::ElasticLoadBalancingV2::ListenerRule").flatMap(({ properties }) => {
    const conditions = [properties.Conditions].flat().flatMap((each) => {
      const { Field: _, ...values } = isObject(each) ? each : {};
      return textsIn(values);
    });
    return graph
      .referenced(properties.ListenerArn)
      .flatMap((from) =>
        graph
          .referenced(properties.Actions)
          .map((to) => ({ from: idOf(from), to: idOf(to), label: conditions.join(", ") })),
      );
  });
}

/** CodeDeploy puts the next release behind the other target group of its pair. */
function nextReleases(graph: ResourceGraph): Arrow[] {
  return graph.ofType("AWS::CodeDeploy::DeploymentGroup").flatMap((deployments) => {
    const used = graph.used(deployments);
    const service = used.find((each) => each.type === "AWS::ECS::Service");
    if (!service) return [];
    const current = graph.used(service);
    return used
      .filter((each) => each.type === "AWS::ElasticLoadBalancingV2::TargetGroup" && !current.includes(each))
      .map((each) => ({ from: idOf(each), to: idOf(service), label: "next release", isDashed: true }));
  });
}

/** Finds who reaches whom by the rules of security groups; a load balancer's targets come from its target groups. */
function reachArrows(graph: ResourceGraph): Arrow[] {
  const isBalancer = (each: EvaluatedResource) => each.type === "AWS::ElasticLoadBalancingV2::LoadBalancer";
  const carriers = (group: EvaluatedResource) =>
    graph.all.filter((each) => isShown(each) && graph.referenced(each.properties).includes(group));
  const rules = [
    ...graph
      .ofType("AWS::EC2::SecurityGroup")
      .flatMap((group) =>
        [group.properties.SecurityGroupIngress]
          .flat()
          .map((rule) => ({ group, rule: isObject(rule) ? rule : {} })),
      ),
    ...graph
      .ofType("AWS::EC2::SecurityGroupIngress")
      .flatMap(({ properties: rule }) => graph.referenced(rule.GroupId).map((group) => ({ group, rule }))),
  ];
  return rules.flatMap(
    ({ group, rule: { SourceSecurityGroupId, CidrIp, CidrIpv6, IpProtocol, FromPort } }) => {
      const range = CidrIp ?? CidrIpv6;
      const isOpen = typeof range === "string" && !isPrivate(range);
      const inside = graph.referenced(SourceSecurityGroupId).flatMap(carriers);
      const sources = isOpen ? ["visitors"] : inside.filter((each) => !isBalancer(each)).map(idOf);
      const listeners = graph
        .ofType("AWS::ElasticLoadBalancingV2::Listener")
        .filter(({ properties: { Port } }) => FromPort === undefined || String(Port) === String(FromPort));
      const targets = carriers(group).flatMap((target) =>
        isBalancer(target) ? listeners.filter((each) => graph.used(each).includes(target)) : target,
      );
      const port = FromPort === undefined ? "any port" : `${IpProtocol} ${FromPort}`;
      const label = isOpen ? range.replace(/^(0\.0\.0\.0|::)\/0$/, "") : port;
      return sources.flatMap((from) =>
        targets.map(idOf).flatMap((to) => (from === to ? [] : [{ from, to, label }])),
      );
    },
  );
}

/** RFC 1918 and 4193. */
const isPrivate = (range: string) => /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/i.test(range);

/** Joins arrows between the same two, and moves one that all services of a cluster have to the cluster. */
export function liftToFrames(
  arrows: readonly Arrow[],
  cards: readonly Card[],
  graph: ResourceGraph,
): readonly Arrow[] {
  const clusters = graph.ofType("AWS::ECS::Cluster").map(idOf);
  const clusterOf = new Map(
    cards.flatMap(({ id, frame }) => (frame && clusters.includes(frame) ? [[id, frame] as const] : [])),
  );
  const sizes = Map.groupBy(clusterOf.values(), (id) => id);
  const lifted = (end: string) => clusterOf.get(end) ?? end;
  const alike = Map.groupBy(joined(arrows), ({ from, to, label, isDashed }) =>
    JSON.stringify([lifted(from), lifted(to), label, isDashed]),
  );
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    const [from, to] = [lifted(first?.from ?? ""), lifted(first?.to ?? "")];
    const cluster = [from, to].find((end) => clusters.includes(end)) ?? "";
    const isOfAll = same.length > 1 && from !== to && same.length === sizes.get(cluster)?.length;
    return first && isOfAll ? [{ ...first, from, to }] : same;
  });
}

function joined(arrows: readonly Arrow[]): Arrow[] {
  const byEnds = Map.groupBy(arrows, ({ from, to, isDashed }) => JSON.stringify([from, to, isDashed]));
  return [...byEnds.values()].map((same) => {
    const labels = [...new Set(same.map(({ label }) => label))].filter(Boolean);
    return { ...(same[0] as Arrow), label: labels.join(", ") };
  });
}
