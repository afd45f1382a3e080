import { type EvaluatedResource, evaluateResources } from "../cloudformation/resources.ts";
import type { PlannedStack } from "../cloudformation/template.ts";
import type { Architecture, ArchitectureCard as Card, Frame } from "../core/diagrams.ts";
import { counted } from "../core/summary.ts";
import { findArrows, liftToFrames } from "./arrows.ts";
import {
  cardOf,
  createGraph,
  idOf,
  isShown,
  type ResourceGraph,
  textsIn,
  titleOf,
} from "./resource-graph.ts";

/** Returns what these stacks create: the network with its traffic, and the way of a deployment. */
export function architectureOf(stacks: readonly PlannedStack[], region: string): Architecture {
  const graph = createGraph(evaluateResources(stacks, region));
  const frames = new Map<string, Frame>();
  const { placeOf, frameOf } = createPlaces(graph, frames, region);
  const shown = graph.all.filter((each) => isShown(each) && !cardOf(each.type)?.isFrame);
  const single = shown.map((resource) => toCard(resource, placeOf(resource)));
  for (const each of graph.all) if (cardOf(each.type)?.isFrame) frameOf(each);
  const existing = existingDatabases(stacks).map((title): Card => {
    const vpc = [...frames.values()].find(({ title: of }) => of.startsWith("VPC"));
    return { id: title, frame: vpc?.id ?? "account", title, details: ["Amazon RDS", "exists already"] };
  });
  const arrows = findArrows(graph, existing);
  const { cards, idOfCard } = merge(single, shown);
  const ends = arrows.map((each) => ({ ...each, from: idOfCard(each.from), to: idOfCard(each.to) }));
  const users = [
    { id: "visitors", frame: undefined, title: "Visitors", details: [] },
    { id: "github", frame: undefined, title: "GitHub Actions", details: [] },
  ].filter(({ id }) => arrows.some(({ from }) => from === id));
  const all = [...users, ...cards, ...existing];
  return { frames: [...frames.values()], cards: all, arrows: liftToFrames(ends, all, graph) };
}

function toCard(resource: EvaluatedResource, frame: string): Card {
  const { service = "", details } = cardOf(resource.type) ?? {};
  const lines = [service, details?.(resource.properties) ?? ""].filter(Boolean);
  return { id: idOf(resource), frame, title: titleOf(resource), details: lines };
}

/** A profile gives the address of a database that exists already; documents have its look-up. */
function existingDatabases(stacks: readonly PlannedStack[]): string[] {
  const values = stacks.flatMap(({ parameters }) => [...parameters.values()]);
  const found = values.flatMap((value) => {
    const [, lookedUp, host] =
      /^(?:instance-endpoint (\S+)|([\w-]+)\.[\w-]+\.[\w-]+\.rds\.amazonaws\.com)$/.exec(value) ?? [];
    return lookedUp ?? host ?? [];
  });
  return [...new Set(found)];
}

/** More names would make a card too long. */
const mostNames = 4;

/** Makes one card of several of a kind in the same frame: `2 pipelines`, one of each service. */
function merge(cards: readonly Card[], shown: readonly EvaluatedResource[]) {
  const pluralOf = new Map(shown.map((each) => [idOf(each), cardOf(each.type)?.plural]));
  const kinds = Map.groupBy(cards, ({ id, frame, details }) =>
    pluralOf.get(id) ? `${details[0]} ${pluralOf.get(id)} ${frame}` : id,
  );
  const mergedInto = new Map([...kinds.values()].flatMap((same) => same.map(({ id }) => [id, same[0]?.id])));
  const merged = [...kinds.values()].map(([first, ...others]): Card => {
    if (others.length === 0) return first as Card;
    const names = [first as Card, ...others].map(({ title }) => title);
    const more = names.length > mostNames ? [`and ${names.length - mostNames + 1} more`] : [];
    const list = [...names.slice(0, mostNames - more.length), ...more].join(", ");
    const { id, frame, details } = first as Card;
    return {
      id,
      frame,
      title: `${names.length} ${pluralOf.get(id)}`,
      details: [...details.slice(0, 1), list],
    };
  });
  return { cards: merged, idOfCard: (id: string) => mergedInto.get(id) ?? id };
}

/** Returns a function that finds the frame of a resource, and adds each frame for the first resource in it. */
function createPlaces(graph: ResourceGraph, frames: Map<string, Frame>, region: string) {
  const open = (id: string, parent: string | undefined, title: string, kind?: string) => {
    if (!frames.has(id)) frames.set(id, { id, parent, title, kind });
    return id;
  };
  const account = open("account", undefined, `AWS, ${region}`);
  const existingVpc = graph.all.flatMap(({ properties }) => textsIn([properties.VpcId]))[0] ?? "";
  const vpc = (resource: EvaluatedResource | undefined) =>
    resource
      ? open(idOf(resource), account, `VPC ${titleOf(resource)}`)
      : open("vpc", account, `VPC ${nameOfExisting(existingVpc)}`.trim());
  const subnets = (found: readonly EvaluatedResource[], names: readonly string[]) => {
    const [first] = found;
    if (!first) return open(`subnets ${names}`, vpc(undefined), names.map(nameOfExisting).join(", "));
    const [around] = graph.referenced(first.properties.VpcId);
    const kinds = new Set(found.map((each) => (isPublic(each, graph) ? "public" : "private")));
    const [kind] = kinds;
    if (kinds.size > 1) return vpc(around);
    const alike = graph
      .ofType("AWS::EC2::Subnet")
      .filter((each) => isPublic(each, graph) === (kind === "public"))
      .filter(({ properties }) => graph.referenced(properties.VpcId).includes(around as EvaluatedResource));
    return open(`${vpc(around)}/${kind}`, vpc(around), counted(alike.length, `${kind} subnet`));
  };
  const placeOf = (resource: EvaluatedResource): string => {
    const { area, isFrame } = cardOf(resource.type) ?? {};
    if (area) return open(area, account, area);
    const holders = holdersOf(resource, graph);
    const found = [resource, ...holders]
      .flatMap((each) => graph.used(each))
      .filter((each) => each !== resource);
    const first = (type: string) => found.find((each) => each.type === type);
    const frame = first(loadBalancer) ?? (isFrame ? undefined : first("AWS::ECS::Cluster"));
    if (frame) return frameOf(frame);
    const names = textsIn([resource, ...holders].map(({ properties }) => properties)).filter(
      isExistingSubnet,
    );
    const own = found.filter((each) => each.type === "AWS::EC2::Subnet");
    if (own.length + names.length > 0) return subnets(own, [...new Set(names)]);
    const isInVpc = "VpcId" in resource.properties;
    return first("AWS::EC2::VPC") || isInVpc ? vpc(first("AWS::EC2::VPC")) : account;
  };
  const frameOf = (resource: EvaluatedResource): string =>
    resource.type === "AWS::EC2::VPC"
      ? vpc(resource)
      : open(idOf(resource), placeOf(resource), titleOf(resource), cardOf(resource.type)?.service);
  return { placeOf, frameOf };
}

const loadBalancer = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const listener = "AWS::ElasticLoadBalancingV2::Listener";

/** A target group is where its listeners are, and a cluster where its services are. */
function holdersOf(resource: EvaluatedResource, graph: ResourceGraph): EvaluatedResource[] {
  const holding = (...types: readonly string[]) =>
    graph.ofType(...types).filter(({ properties }) => graph.referenced(properties).includes(resource));
  if (resource.type === "AWS::ECS::Cluster") return holding("AWS::ECS::Service");
  if (resource.type !== "AWS::ElasticLoadBalancingV2::TargetGroup") return [];
  return [
    ...holding(listener),
    ...holding("AWS::ElasticLoadBalancingV2::ListenerRule").flatMap(({ properties }) =>
      graph.referenced(properties.ListenerArn),
    ),
  ];
}

const isExistingSubnet = (text: string) => /^subnet[- ]/.test(text);

/** Returns Public Subnet1 of `subnet LabVPC/Public Subnet1`, the text of a look-up without an account. */
const nameOfExisting = (name: string) => name.replace(/^(vpc|subnet) (.*\/)?/, "");

/** Returns whether a route of the subnet leads to an internet gateway. */
function isPublic(subnet: EvaluatedResource, graph: ResourceGraph): boolean {
  const tables = graph
    .ofType("AWS::EC2::SubnetRouteTableAssociation")
    .filter(({ properties }) => graph.referenced(properties.SubnetId).includes(subnet))
    .flatMap(({ properties }) => graph.referenced(properties.RouteTableId));
  return graph
    .ofType("AWS::EC2::Route")
    .filter(({ properties }) => properties.GatewayId !== undefined)
    .some(({ properties }) =>
      graph.referenced(properties.RouteTableId).some((table) => tables.includes(table)),
    );
}
