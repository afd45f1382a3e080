import type { DiagramEdge, DiagramNode } from "./diagram.ts";

/** More names would make a card too long. */
const mostNames = 4;

/**
 * Merges mergeable cards with the same part into one: `2 pipelines`, where each service has its own. Cards have the
 * same part if their kind, their frame and the parts at the other ends of their arrows are the same.
 */
export function mergeAlike(
  nodes: readonly DiagramNode[],
  edges: readonly DiagramEdge[],
  pluralOf: (node: DiagramNode) => string | undefined,
): { nodes: DiagramNode[]; edges: DiagramEdge[] } {
  const partOf = partsIn(nodes, edges);
  const sets = [...Map.groupBy(nodes, (node) => (pluralOf(node) ? partOf(node.id) : node.id)).values()];
  const mergedInto = new Map(sets.flatMap((set) => set.map(({ id }) => [id, set[0]?.id ?? id])));
  const endOf = (id: string) => mergedInto.get(id) ?? id;
  return {
    nodes: sets.flatMap((set) => together(set, pluralOf)),
    edges: once(edges.map((edge) => ({ ...edge, from: endOf(edge.from), to: endOf(edge.to) }))),
  };
}

/** Merges edges with the same ends into one, with all their labels. */
function once(edges: readonly DiagramEdge[]): DiagramEdge[] {
  const byEnds = Map.groupBy(edges, ({ from, to, isDashed }) => JSON.stringify([from, to, isDashed]));
  return [...byEnds.values()].flatMap((same) => {
    const [first] = same;
    return first ? [{ ...first, label: [...new Set(same.map(({ label }) => label))].join(", ") }] : [];
  });
}

/** Separates parts by their neighbours' parts, until a pass separates no more (colour refinement). */
function partsIn(nodes: readonly DiagramNode[], edges: readonly DiagramEdge[]): (id: string) => string {
  let parts = numbered(nodes, ({ service, icon, group, details }) => [service, icon, group, details]);
  for (let before = 0; countOf(parts) > before; ) {
    before = countOf(parts);
    const current = parts;
    const partOf = (id: string) => current.get(id) ?? id;
    parts = numbered(nodes, ({ id }) => {
      const out = edges.filter(({ from }) => from === id).map((edge) => [partOf(edge.to), edge.isDashed]);
      const into = edges.filter(({ to }) => to === id).map((edge) => [partOf(edge.from), edge.isDashed]);
      return [partOf(id), distinct(out), distinct(into)];
    });
  }
  return (id) => parts.get(id) ?? id;
}

function numbered(nodes: readonly DiagramNode[], keyOf: (node: DiagramNode) => unknown): Map<string, string> {
  const keys = nodes.map((node) => JSON.stringify(keyOf(node)));
  return new Map(nodes.map(({ id }, index) => [id, `part ${keys.indexOf(keys[index] ?? "")}`]));
}

function countOf(parts: ReadonlyMap<string, string>): number {
  return new Set(parts.values()).size;
}

function distinct(neighbours: readonly unknown[]): string[] {
  return [...new Set(neighbours.map((neighbour) => JSON.stringify(neighbour)))].sort();
}

function together(
  set: readonly DiagramNode[],
  pluralOf: (node: DiagramNode) => string | undefined,
): DiagramNode[] {
  const [first] = set;
  if (!first || set.length === 1) return [...set];
  const names = set.map(({ title }) => title);
  const shown =
    names.length > mostNames
      ? [...names.slice(0, mostNames - 1), `and ${names.length - mostNames + 1} more`]
      : names;
  return [
    {
      ...first,
      title: `${set.length} ${pluralOf(first)}`,
      details: [...shown, ...first.details],
      resources: set.flatMap(({ resources }) => resources),
    },
  ];
}
