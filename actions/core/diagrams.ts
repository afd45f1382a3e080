import { codeBlock } from "./summary.ts";

/** A diagram of a summary: data that GitHub draws from Mermaid, and the live page itself. */
export type Diagram = Chart | Pie | Architecture;

/** Colours of lines that are visible on light and dark pages. */
export const chartColours = {
  green: "#2da44e",
  orange: "#d4740c",
  blue: "#1f6feb",
  red: "#cf222e",
  grey: "#8b949e",
};

export interface Chart {
  readonly title: string;
  /** The labels of single values, or the end of a range that begins at 0. */
  readonly x: { readonly unit: string; readonly to: number | readonly (number | string)[] };
  /** Begins at 0. */
  readonly y: { readonly unit: string; readonly to: number };
  readonly series: readonly {
    readonly colour: keyof typeof chartColours;
    readonly kind?: "line" | "bar";
    readonly values: readonly number[];
  }[];
}

/** Amounts in relation to each other, none of them zero. */
export interface Pie {
  readonly title: string;
  readonly slices: readonly (readonly [name: string, amount: number])[];
}

/** Frames in frames, cards in them, and arrows between both. */
export interface Architecture {
  /** The first is around all others. */
  readonly frames: readonly Frame[];
  readonly cards: readonly ArchitectureCard[];
  readonly arrows: readonly Arrow[];
}

export interface Frame {
  readonly id: string;
  readonly parent: string | undefined;
  readonly title: string;
  /** Second line, such as `ECS cluster`. A title wider than its cards would leave the frame around it. */
  readonly kind?: string | undefined;
}

export interface ArchitectureCard {
  readonly id: string;
  /** Is undefined outside of AWS. */
  readonly frame: string | undefined;
  readonly title: string;
  readonly details: readonly string[];
}

/** From and to the ids of cards or frames. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The connection exists only after a deployment. */
  readonly isDashed?: boolean;
}

/** Returns the diagram as a Mermaid block, which GitHub draws. */
export function diagramMarkdown(diagram: Diagram): string {
  const text =
    "series" in diagram ? xyChart(diagram) : "slices" in diagram ? pie(diagram) : flowchart(diagram);
  return codeBlock(text, "mermaid");
}

/** Mermaid's xychart-beta (since mermaid 10.6) has no legend. */
function xyChart({ title, x, y, series }: Chart): string {
  const palette = series.map(({ colour }) => chartColours[colour]).join(", ");
  const range = typeof x.to === "number" ? `0 --> ${x.to}` : `[${x.to.join(", ")}]`;
  return [
    `%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "${palette}"}}}}%%`,
    "xychart-beta",
    `  title "${title}"`,
    `  x-axis "${x.unit}" ${range}`,
    `  y-axis "${y.unit}" 0 --> ${y.to}`,
    ...series.map(({ kind = "line", values }) => `  ${kind} [${values.join(", ")}]`),
  ].join("\n");
}

function pie({ title, slices }: Pie): string {
  const lines = slices.map(([name, amount]) => `  "${name}" : ${amount.toFixed(2)}`);
  return [`pie showData title ${title}`, ...lines].join("\n");
}

/** GitHub draws a chart as wide as its column: with less space between the cards, their texts are larger. */
const spacing = '  %%{init: {"flowchart": {"nodeSpacing": 20, "rankSpacing": 25, "padding": 8}}}%%';

/** Returns a flowchart as GitHub draws it in Markdown. */
function flowchart({ frames, cards, arrows }: Architecture): string {
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

function labelOf({ title, details }: ArchitectureCard): string {
  return [`<b>${escapeLabel(title)}</b>`, ...details.map(escapeLabel)].join("<br/>");
}

/** Mermaid's own entities, which are text to it and to the HTML that it creates. */
function escapeLabel(text: string): string {
  return text
    .replace(/[#&<>"`\\*_~[\]{}()|;]/g, (character) => `#${character.codePointAt(0)};`)
    .replace(/\s+/g, " ");
}
