import type { PlannedStack } from "../cloudformation/dependencies.ts";
import { Failure } from "../failure.ts";
import { codeBlock, escapeText, fold } from "../summary.ts";
import type { Diagram, DiagramEdge, DiagramGroup, DiagramNode } from "./diagram.ts";
import { drawDiagram } from "./draw.ts";

/** Returns a flowchart as GitHub draws it in markdown. */
export function diagramMermaid({ groups, nodes, edges }: Diagram): string {
  const idOf = mermaidIds([...groups, ...nodes]);
  const inside = (parent: string | undefined, indent: string): string[] => [
    ...nodes
      .filter(({ group }) => group === parent)
      .map((node) => `${indent}${idOf(node.id)}["${cardLabel(node)}"]`),
    ...groups
      .filter((group) => group.parent === parent)
      .flatMap((group) => [
        `${indent}subgraph ${idOf(group.id)}["${frameLabel(group)}"]`,
        ...inside(group.id, `${indent}  `),
        `${indent}end`,
      ]),
  ];
  const arrows = edges.map((edge) => `  ${idOf(edge.from)} ${arrowOf(edge)} ${idOf(edge.to)}`);
  return ["flowchart LR", ...inside(undefined, "  "), ...arrows].join("\n");
}

/**
 * Creates unique ids of letters, digits and `_`; with a letter in front, so that none is a word of the language, such
 * as `end`.
 */
function mermaidIds(named: readonly { readonly id: string }[]): (id: string) => string {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id } of named) {
    const plain = `n_${id.replace(/[^A-Za-z0-9]+/g, "_")}`;
    let free = plain;
    for (let number = 2; taken.has(free); number += 1) free = `${plain}_${number}`;
    taken.add(free);
    ids.set(id, free);
  }
  return (id) => ids.get(id) ?? id;
}

function cardLabel({ service, title, details }: DiagramNode): string {
  const lines = [`<b>${escapeLabel(title)}</b>`, ...[service, ...details].filter(Boolean).map(escapeLabel)];
  return lines.join("<br/>");
}

function frameLabel({ title, details }: DiagramGroup): string {
  return [title, ...details].map(escapeLabel).join(": ");
}

function arrowOf({ label, isDashed }: DiagramEdge): string {
  const arrow = isDashed ? "-.->" : "-->";
  return label ? `${arrow}|"${escapeLabel(label)}"|` : arrow;
}

/** Mermaid's own entities, which are text to it and to the HTML that it creates. */
function escapeLabel(text: string): string {
  return text
    .replace(/[#&<>"`\\*_~[\]{}()|;]/g, (character) => `#${character.codePointAt(0)};`)
    .replace(/\s+/g, " ");
}

/**
 * Shows the stacks' architecture for a summary, folded. A diagram that cannot be drawn is reported but no reason to
 * fail: a plan is right without its picture.
 */
export function architectureMarkdown(stacks: readonly PlannedStack[], region: string): string {
  try {
    const picture = codeBlock(diagramMermaid(drawDiagram(stacks, region)), "mermaid");
    return fold("Architecture", picture);
  } catch (error) {
    if (error instanceof Failure) return `No diagram: ${escapeText(error.message)}.`;
    throw error;
  }
}
