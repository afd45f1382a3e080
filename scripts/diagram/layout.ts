import elk, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk.bundled.js";
import type { Diagram, DiagramEdge } from "../../actions/shared/diagram/diagram.ts";
import { elkGraph } from "./elk-graph.ts";

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
