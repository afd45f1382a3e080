import elk, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk.bundled.js";
import type {
  Diagram,
  DiagramEdge,
  DiagramGroup,
  DiagramNode,
} from "../../actions/shared/diagram/diagram.ts";
import { cardSize, frameHead, labelSize, padding } from "./sizes.ts";

/** In pixels, whole ones, so that the same diagram is the same bytes. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Boxes of groups and nodes, by their ids. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly routes: readonly Route[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Route {
  readonly edge: DiagramEdge;
  readonly points: readonly Point[];
  readonly label: Box | undefined;
}

/** ELK's heuristics start from a random order of the cards; a few starts are tried, always the same ones. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

/** Places all frames, cards, arrows and their labels so that none is on another; of several ways, the most compact. */
export async function layOut(diagram: Diagram): Promise<Layout> {
  const engine = new elk.default();
  const layouts: Layout[] = [];
  for (const seed of seeds) layouts.push(layoutOf(diagram, await engine.layout(elkGraph(diagram, seed))));
  const [best] = layouts.toSorted((one, other) => untidiness(one) - untidiness(other));
  if (!best) throw new Error("there is no seed to start from");
  return best;
}

function layoutOf(diagram: Diagram, root: ElkNode): Layout {
  return {
    width: Math.ceil(root.width ?? 0),
    height: Math.ceil(root.height ?? 0),
    boxes: new Map(flatten(root).map((node) => [node.id, boxOf(node)])),
    routes: diagram.edges.map((edge, index) => routeOf(edge, root.edges?.[index])),
  };
}

/** A page is narrow: width makes the text small, and counts most, followed by long paths and lines with bends. */
function untidiness({ width, routes }: Layout): number {
  const steps = routes.flatMap(({ points }) =>
    points.slice(1).map((point, index) => {
      const before = points[index] ?? point;
      return { across: Math.abs(point.x - before.x), down: Math.abs(point.y - before.y) };
    }),
  );
  const length = steps.reduce((sum, { across, down }) => sum + across + down, 0);
  const slanted = steps.filter(({ across, down }) => across > 0 && down > 0).length;
  return 20 * width + length + 10_000 * slanted;
}

function flatten(node: ElkNode): ElkNode[] {
  return (node.children ?? []).flatMap((child) => [child, ...flatten(child)]);
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
}

function routeOf(edge: DiagramEdge, { sections = [], labels = [] }: Partial<ElkExtendedEdge> = {}): Route {
  const points = sections
    .flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint])
    .map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
  return {
    edge,
    points: edge.isUpward ? points.toReversed() : points,
    label: labels[0] && boxOf(labels[0]),
  };
}

/** Limits for unconnected cards: those in a row, and those in a column when there are more. */
const rowLength = 2;
const columnLength = 2;

/** The diagram as ELK takes it, with its options; frames do not inherit any, so each has all. */
function elkGraph(diagram: Diagram, seed: number): ElkNode {
  const { groups, nodes, edges } = diagram;
  const options = elkOptions(seed);
  const childrenOf = (parent: string | undefined): ElkNode[] => [
    ...nodes.filter(({ group }) => group === parent).map(cardNode),
    ...groups
      .filter((group) => group.parent === parent)
      .map((group) => frameNode(group, childrenOf(group.id), options)),
  ];
  return {
    id: "",
    layoutOptions: { ...options, "elk.padding": "[top=16,left=16,bottom=16,right=16]" },
    children: childrenOf(undefined),
    edges: [...edges.map(elkEdge), ...columnEdges(diagram)],
  };
}

function elkOptions(seed: number): { readonly [option: string]: string } {
  return {
    "elk.algorithm": "layered",
    "elk.direction": "DOWN",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.json.shapeCoords": "ROOT",
    "elk.json.edgeCoords": "ROOT",
    "elk.randomSeed": String(seed),
    "elk.spacing.nodeNode": "20",
    "elk.spacing.edgeNode": "14",
    "elk.spacing.edgeEdge": "10",
    "elk.spacing.edgeLabel": "4",
    "elk.spacing.componentComponent": "24",
    "elk.layered.spacing.nodeNodeBetweenLayers": "28",
    "elk.layered.spacing.edgeNodeBetweenLayers": "14",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "10",
    "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  };
}

function cardNode(node: DiagramNode): ElkNode {
  return { id: node.id, ...cardSize(node) };
}

function frameNode(
  group: DiagramGroup,
  children: ElkNode[],
  options: { readonly [option: string]: string },
): ElkNode {
  const head = frameHead(group);
  return {
    id: group.id,
    children,
    layoutOptions: {
      ...options,
      "elk.padding": `[top=${head.height + padding},left=${padding},bottom=${padding},right=${padding}]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      // In a graph that runs downwards, ELK swaps the height and width of a frame.
      "elk.nodeSize.minimum": `(${head.height + padding},${head.width})`,
    },
  };
}

/** ELK gets an edge against the flow in reverse. */
function elkEdge({ from, to, label, isUpward }: DiagramEdge, index: number): ElkExtendedEdge {
  return {
    id: `edge ${index}`,
    sources: [isUpward ? to : from],
    targets: [isUpward ? from : to],
    labels: label ? [{ id: `label ${index}`, text: label, ...labelSize(label) }] : [],
  };
}

/** Cards without an arrow inside their frame would all be in one row: hidden arrows make columns of them. */
function columnEdges({ groups, nodes, edges }: Diagram): ElkExtendedEdge[] {
  return groups.flatMap(({ id }) => {
    const members = nodes.filter(({ group }) => group === id);
    const isMember = (end: string) => members.some((member) => member.id === end);
    const inside = edges.filter(({ from, to }) => isMember(from) && isMember(to));
    const loose = members.filter(
      (member) => !inside.some(({ from, to }) => from === member.id || to === member.id),
    );
    if (loose.length <= rowLength) return [];
    return loose.flatMap((upper, index) => {
      const lower = loose[index + 1];
      return index % columnLength < columnLength - 1 && lower
        ? [{ id: `column ${upper.id}`, sources: [upper.id], targets: [lower.id] }]
        : [];
    });
  });
}
