import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk.bundled.js";
import type {
  Diagram,
  DiagramEdge,
  DiagramGroup,
  DiagramNode,
} from "../../actions/shared/diagram/diagram.ts";
import { cardSize, frameHead, labelSize, padding } from "./sizes.ts";

/** Limits for unconnected cards: those in a row, and those in a column when there are more. */
const rowLength = 2;
const columnLength = 2;

/** The diagram as ELK takes it, with its options; frames do not inherit any, so each has all. */
export function elkGraph(diagram: Diagram, seed: number): ElkNode {
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
