import type { PlannedStack } from "../cloudformation/template.ts";
import { codeBlock, fold } from "../core/summary.ts";
import { architectureOf } from "./architecture.ts";
import type { Architecture, Card } from "./diagram.ts";

/** Shows the stacks' architecture for a summary, folded. */
export function architectureMarkdown(stacks: readonly PlannedStack[], region: string): string {
  return fold("Architecture", codeBlock(flowchart(architectureOf(stacks, region)), "mermaid"));
}

/** GitHub draws a chart as wide as its column: with less space between the cards, their texts are larger. */
const spacing = '  %%{init: {"flowchart": {"nodeSpacing": 20, "rankSpacing": 25, "padding": 8}}}%%';

/** Returns a flowchart as GitHub draws it in Markdown. */
export function flowchart({ frames, cards, arrows }: Architecture): string {
  const numbers = new Map([...frames, ...cards].map(({ id }, index) => [id, `n${index}`]));
  const inside = (parent: string | undefined, indent: string): string[] => [
    ...cards
      .filter(({ frame }) => frame === parent)
      .map((card) => `${indent}${numbers.get(card.id)}["${labelOf(card)}"]`),
    ...frames
      .filter((frame) => frame.parent === parent)
      .flatMap(({ id, title, kind = "" }) => [
        `${indent}subgraph ${numbers.get(id)}["${escapeLabel(title)}${kind && `<br/>${kind}`}"]`,
        ...inside(id, `${indent}  `),
        `${indent}end`,
      ]),
  ];
  const lines = arrows.map(({ from, to, label, isDashed }) => {
    const arrow = isDashed ? "-.->" : "-->";
    return `  ${numbers.get(from)} ${arrow}${label && `|"${escapeLabel(label)}"|`} ${numbers.get(to)}`;
  });
  return ["flowchart LR", spacing, ...inside(undefined, "  "), ...lines].join("\n");
}

function labelOf({ title, details }: Card): string {
  return [`<b>${escapeLabel(title)}</b>`, ...details.map(escapeLabel)].join("<br/>");
}

/** Mermaid's own entities, which are text to it and to the HTML that it creates. */
function escapeLabel(text: string): string {
  return text
    .replace(/[#&<>"`\\*_~[\]{}()|;]/g, (character) => `#${character.codePointAt(0)};`)
    .replace(/\s+/g, " ");
}
