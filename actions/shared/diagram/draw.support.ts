import { planStack } from "../cloudformation/plan-stacks.ts";
import { parseTemplate } from "../cloudformation/template.ts";
import type { Diagram } from "./diagram.ts";
import { drawDiagram } from "./draw.ts";
import type { TaskDefinitions } from "./task-definitions.ts";

/** Draws one template `one` with these resources, in YAML. */
export function drawResources(resources: string, definitions?: TaskDefinitions): Diagram {
  const template = parseTemplate(`Resources:\n${resources}`, "one.yaml", "one");
  return drawDiagram([planStack(template, [template], {}, "test")], "us-east-1", definitions);
}

/** Returns every arrow as `from -label-> to`, or with `=` where it is dashed, by the titles of cards and frames. */
export function arrowsOf({ groups, nodes, edges }: Diagram): string[] {
  const titles = new Map([...groups, ...nodes].map(({ id, title }) => [id, title]));
  return edges.map(({ from, to, label, isDashed }) => {
    const line = isDashed ? "=" : "-";
    return `${titles.get(from)} ${line}${label}${line}> ${titles.get(to)}`;
  });
}

/** Returns the titles of the frames around a card, from the outermost one, and the card's own. */
export function placeOf(title: string, { groups, nodes }: Diagram): string {
  const node = nodes.find((one) => one.title === title);
  const titles: string[] = [title];
  for (let id = node?.group; id !== undefined; ) {
    const group = groups.find((one) => one.id === id);
    titles.unshift(group?.title ?? "?");
    id = group?.parent;
  }
  return titles.join(" / ");
}
