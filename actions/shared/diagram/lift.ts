import type { Diagram, DiagramEdge, DiagramNode } from "./diagram.ts";

/** Moves an arrow that all cards of a frame have to the frame: one arrow replaces many. */
export function liftToFrames({ groups, nodes, edges }: Diagram): Diagram {
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
