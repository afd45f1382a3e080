import type { PlannedStack } from "../cloudformation/dependencies.ts";
import { type EvaluatedResource, evaluateResources } from "../cloudformation/resources.ts";
import { Failure } from "../failure.ts";
import { type Diagram, type DiagramEdge, type DiagramNode, idOf } from "./diagram.ts";
import type { NodeDrawing } from "./drawing.ts";
import { DrawnResources } from "./drawn-resources.ts";
import { drawnTypes, titleOf } from "./drawn-types.ts";
import { findDeployments, findEventEdges, findFederation, findPipelineEdges } from "./edges/delivery.ts";
import { type EdgeDraft, type End, endId, type FindEdges, github, visitors } from "./edges/edge.ts";
import { findForwards, findReach, findTargets, findWaysOut } from "./edges/network.ts";
import { findDefinedEdges, findImages, findPasswords, findRights, findScaling } from "./edges/use.ts";
import { Frames } from "./frames.ts";
import { mergeAlike } from "./merge.ts";
import type { TaskDefinitions } from "./task-definitions.ts";

const finders: readonly FindEdges[] = [
  findReach,
  findForwards,
  findTargets,
  findImages,
  findRights,
  findPasswords,
  findScaling,
  findWaysOut,
  findEventEdges,
  findPipelineEdges,
  findDeployments,
  findFederation,
];

/**
 * Draws what these stacks create, and what tasks use by the given deployed definitions. An unknown type is refused with
 * an error that names it.
 */
export function drawDiagram(
  stacks: readonly PlannedStack[],
  region: string,
  definitions: TaskDefinitions = new Map(),
): Diagram {
  const resources = new DrawnResources(evaluateResources(stacks, region));
  refuseUnknownTypes(resources.all);
  const frames = new Frames(resources, region);
  const nodes = resources.all.flatMap((resource) => nodeOf(resource, resources, frames));
  const found = finders.flatMap((find) => find(resources));
  const drafts = [...found, ...unlessFound(findDefinedEdges(resources, definitions), found)];
  const implied = impliedNodes(drafts, nodes, frames);
  const ids = new Set([...nodes, ...implied].map(({ id }) => id));
  const frameIds = (end: End) => frameOf(end, frames);
  const edges = drafts.flatMap((draft) => edgeOf(draft, ids, frameIds));
  const plurals = pluralsOf(resources);
  const merged = mergeAlike([...nodes, ...implied], edges, ({ id }) => plurals.get(id));
  return withoutSingles(liftToFrames({ groups: frames.all(), ...merged }));
}

function refuseUnknownTypes(resources: readonly EvaluatedResource[]): void {
  const unknown = resources.filter(({ type }) => !Object.hasOwn(drawnTypes, type));
  if (unknown.length === 0) return;
  const named = unknown.map((resource) => `${idOf(resource)} (${resource.type})`).join(", ");
  throw new Failure(`Cannot draw ${named}`, {
    nextStep: "add them to actions/shared/diagram/drawn-types.ts as a group, a node, an edge, or folded.",
  });
}

/** Keeps edges of the templates, which show more of an arrow, such as its port. */
function unlessFound(edges: readonly EdgeDraft[], found: readonly EdgeDraft[]): EdgeDraft[] {
  const endsOf = ({ from, to }: EdgeDraft) => `${endId(from)} ${endId(to)}`;
  const known = new Set(found.map(endsOf));
  return edges.filter((edge) => !known.has(endsOf(edge)));
}

function nodeOf(resource: EvaluatedResource, resources: DrawnResources, frames: Frames): DiagramNode[] {
  const drawing = drawnTypes[resource.type];
  if (drawing?.as !== "node" || drawing.only?.(resource, resources) === false) return [];
  const group = frames.around(resource, drawing.place);
  const details = [
    ...(drawing.details?.(resource, resources) ?? []),
    ...whichSubnets(resource, drawing, frames),
  ];
  return [
    {
      id: idOf(resource),
      group,
      service: drawing.service,
      icon: drawing.icon,
      title: titleOf(resource, resources),
      details: details.filter(Boolean),
      resources: [idOf(resource)],
    },
  ];
}

/** Names the subnet of a resource in a frame of several subnets. */
function whichSubnets(resource: EvaluatedResource, { place }: NodeDrawing, frames: Frames): string[] {
  const own = frames.subnetsOf(resource, place).map(({ title }) => title);
  const all = frames.subnetTitles(frames.around(resource, place));
  return own.length > 0 && own.length < all.length ? [`in ${own.join(", ")}`] : [];
}

/** Returns the users outside, and resources that AWS creates automatically, as far as an arrow leads there. */
function impliedNodes(
  drafts: readonly EdgeDraft[],
  nodes: readonly DiagramNode[],
  frames: Frames,
): DiagramNode[] {
  const ends = drafts.flatMap(({ from, to }) => [from, to]);
  const found = new Map<string, DiagramNode>();
  for (const end of ends) {
    if (end === visitors) found.set("visitors", outside("visitors", "Visitors", "people"));
    if (end === github) found.set("github", outside("github", "GitHub Actions", "commit"));
    if ("existingDatabase" in end)
      found.set(endId(end), {
        id: endId(end),
        group: frames.ofExisting(),
        service: "Amazon RDS",
        icon: "database",
        title: end.existingDatabase,
        details: ["exists already"],
        resources: [],
      });
    if ("secretOf" in end) {
      const id = endId(end);
      const title = nodes.find((node) => node.id === idOf(end.secretOf))?.title ?? end.secretOf.logicalId;
      const node = { service: "AWS Secrets Manager", icon: "secret", title: `${title} login` } as const;
      found.set(id, { id, group: "account", ...node, details: ["made by RDS"], resources: [] });
    }
  }
  return [...found.values()];
}

function outside(id: string, title: string, icon: DiagramNode["icon"]): DiagramNode {
  return { id, group: undefined, service: "", icon, title, details: [], resources: [] };
}

function edgeOf(
  { from, to, label, isDashed = false, isUpward = false }: EdgeDraft,
  nodeIds: ReadonlySet<string>,
  frameOf: (end: End) => string | undefined,
): DiagramEdge[] {
  const [start, end] = [from, to].map((one) => (nodeIds.has(endId(one)) ? endId(one) : frameOf(one)));
  return start === undefined || end === undefined || start === end
    ? []
    : [{ from: start, to: end, label, isDashed, isUpward }];
}

function frameOf(end: End, frames: Frames): string | undefined {
  if ("external" in end || "secretOf" in end || "existingDatabase" in end) return undefined;
  const resource = "aroundSubnet" in end ? end.aroundSubnet : end;
  return drawnTypes[resource.type]?.as === "group" ? frames.of(resource) : undefined;
}

/** Returns resource id → the plural of its type. */
function pluralsOf(resources: DrawnResources): ReadonlyMap<string, string> {
  return new Map(
    resources.all.flatMap((resource) => {
      const drawing = drawnTypes[resource.type];
      return drawing?.as === "node" && drawing.plural ? [[idOf(resource), drawing.plural]] : [];
    }),
  );
}

/** Removes the frame of an area around a single card, which adds nothing. */
function withoutSingles({ groups, nodes, edges }: Diagram): Diagram {
  const single = new Map(
    groups
      .filter(({ id, kind }) => kind === "area" && nodes.filter(({ group }) => group === id).length === 1)
      .map(({ id, parent }) => [id, parent]),
  );
  return {
    groups: groups.filter(({ id }) => !single.has(id)),
    nodes: nodes.map((node) =>
      node.group && single.has(node.group) ? { ...node, group: single.get(node.group) } : node,
    ),
    edges,
  };
}

/** Moves an arrow that all cards of a frame have to the frame: one arrow replaces many. */
function liftToFrames({ groups, nodes, edges }: Diagram): Diagram {
  const lifted = groups
    .map(({ id }) => ({ id, members: nodes.filter(({ group }) => group === id) }))
    .filter(({ id, members }) => members.length > 1 && !groups.some(({ parent }) => parent === id))
    .reduce(liftTo, edges);
  return { groups, nodes, edges: lifted };
}

function liftTo(
  edges: readonly DiagramEdge[],
  { id, members }: { readonly id: string; readonly members: readonly DiagramNode[] },
): readonly DiagramEdge[] {
  const ids = new Set(members.map((member) => member.id));
  const atFrame = (edge: DiagramEdge): DiagramEdge => ({
    ...edge,
    from: ids.has(edge.from) ? id : edge.from,
    to: ids.has(edge.to) ? id : edge.to,
  });
  const alike = Map.groupBy(edges, (edge) => JSON.stringify(atFrame(edge)));
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    const isOfAll = first && same.length === ids.size && atFrame(first).from !== atFrame(first).to;
    return isOfAll && ids.size > 1 ? [atFrame(first)] : same;
  });
}
