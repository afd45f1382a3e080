import type { Diagram, DiagramGroup, DiagramNode } from "../../actions/shared/diagram/diagram.ts";
import { icons } from "../../actions/shared/diagram/icons.ts";
import type { Box, Layout, Point, Route } from "./layout.ts";
import { cardText, font, iconSize, lineHeight, padding } from "./sizes.ts";

/** Renders a standalone picture, readable on light and dark pages, with a text description for screen readers. */
export function diagramSvg(diagram: Diagram, layout: Layout, title: string): string {
  const { width, height, boxes, routes } = layout;
  const boxOf = (id: string): Box => {
    const box = boxes.get(id);
    if (!box) throw new Error(`the layout has no place for ${id}`);
    return box;
  };
  const groundOf = (box: Box) => groundUnder(box, diagram.groups, boxOf);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="desc">${escapeXml(describeEdges(diagram))}</desc>`,
    `<style>${style}</style>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrow" d="M0 0L8 4L0 8z"/></marker></defs>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...diagram.groups.map((group) => frame(group, boxOf(group.id))),
    ...routes.map(line),
    ...diagram.groups.map((group) => frameHead(group, boxOf(group.id), groundOf)),
    ...diagram.nodes.map((node) => card(node, boxOf(node.id))),
    ...routes.flatMap((route) => lineLabel(route, groundOf)),
    "</svg>\n",
  ].join("\n");
}

function frame({ kind }: DiagramGroup, { x, y, width, height }: Box): string {
  return `<rect class="frame ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`;
}

/** Drawn above the lines, some of which must pass here. */
function frameHead({ kind, title, details }: DiagramGroup, box: Box, groundOf: (box: Box) => string): string {
  const [left, top] = [box.x + padding, box.y + 20];
  const ground = groundOf({ ...box, height: 1 });
  return [
    `<g class="head ${kind} ${ground}">`,
    textLine("title", left, top, title),
    ...details.map((text, index) => textLine("text", left, top + lineHeight.text * (index + 1), text)),
    "</g>",
  ].join("");
}

function card(node: DiagramNode, { x, y, width, height }: Box): string {
  const { family, path } = icons[node.icon];
  const { titles, texts } = cardText(node);
  const left = x + 8 + iconSize + 8;
  let baseline = y + (height - lineHeight.title * titles.length - lineHeight.text * texts.length) / 2 - 4;
  const next = (kind: "title" | "text", text: string) => {
    baseline += lineHeight[kind];
    return textLine(kind, left, baseline, text);
  };
  return [
    `<g class="card">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    `<g class="icon ${family}" transform="translate(${x + 8} ${y + (height - iconSize) / 2}) scale(${iconSize / 32})">`,
    `<rect width="32" height="32" rx="5"/><path d="${path}"/></g>`,
    ...titles.map((text) => next("title", text)),
    ...texts.map((text) => next("text", text)),
    "</g>",
  ].join("");
}

function textLine(kind: "title" | "text", x: number, y: number, text: string): string {
  return `<text class="${kind}" x="${x}" y="${y}" font-size="${font[kind]}">${escapeXml(text)}</text>`;
}

function line({ edge, points }: Route): string {
  return `<path class="line${edge.isDashed ? " dashed" : ""}" d="${pathOf(points)}" marker-end="url(#arrow)"/>`;
}

/** Straight lines with rounded corners. */
function pathOf(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (!before) return `M${point.x} ${point.y}`;
      if (!after) return `L${point.x} ${point.y}`;
      const [start, end] = [toward(point, before), toward(point, after)];
      return `L${start.x} ${start.y}Q${point.x} ${point.y} ${end.x} ${end.y}`;
    })
    .join("");
}

/** A little way from a corner, at most half of the way. */
function toward(from: Point, to: Point): Point {
  const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
  const step = Math.min(6, Math.floor(length / 2));
  return { x: from.x + Math.sign(to.x - from.x) * step, y: from.y + Math.sign(to.y - from.y) * step };
}

function lineLabel({ edge, label }: Route, groundOf: (box: Box) => string): string[] {
  if (!label) return [];
  const [middle, baseline] = [label.x + label.width / 2, label.y + 12];
  return [
    `<text class="label ${groundOf(label)}" x="${middle}" y="${baseline}" font-size="${font.label}">${escapeXml(edge.label)}</text>`,
  ];
}

/** Returns the background class of a text: the filled frame of subnets around it, or the page. */
function groundUnder(box: Box, groups: readonly DiagramGroup[], boxOf: (id: string) => Box): string {
  const under = groups.findLast(({ id, kind }) => kind.endsWith("-subnets") && contains(boxOf(id), box));
  return `on-${under?.kind ?? "page"}`;
}

export function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Every arrow as a sentence. */
function describeEdges({ groups, nodes, edges }: Diagram): string {
  const titles = new Map([...groups, ...nodes].map(({ id, title }) => [id, title]));
  return edges.map(({ from, to, label }) => `${titles.get(from)} to ${titles.get(to)}: ${label}.`).join(" ");
}

function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** All text has a contrast of at least 4.5 to 1 on its background (WCAG 2.2, 1.4.3). */
export const light = {
  page: "#ffffff",
  card: "#ffffff",
  border: "#c4cbd3",
  text: "#16191f",
  quiet: "#545b64",
  line: "#5f6b7a",
  account: "#232f3e",
  vpc: "#6b3fd0",
  public: "#3a740b",
  "public-ground": "#f3f9ec",
  private: "#0b668c",
  "private-ground": "#eaf5fa",
  cluster: "#ad4d08",
};

export const dark: typeof light = {
  page: "#0d1117",
  card: "#161b22",
  border: "#3d444d",
  text: "#f0f6fc",
  quiet: "#9aa5b1",
  line: "#8b97a5",
  account: "#8b97a5",
  vpc: "#a586f0",
  public: "#7fbf4a",
  "public-ground": "#10190c",
  private: "#5cb3dc",
  "private-ground": "#0b1820",
  cluster: "#f0883e",
};

/** The picture's style sheet; its colours follow the reader's preference. */
const style = `
svg { ${variables(light)} }
@media (prefers-color-scheme: dark) { svg { ${variables(dark)} } }
text { font-family: Arial, Helvetica, "Liberation Sans", sans-serif; fill: var(--text) }
.title { font-weight: bold }
.text { fill: var(--quiet) }
.page { fill: var(--page) }
.frame { fill: none; stroke: var(--quiet) }
.frame.account { stroke: var(--account); stroke-width: 1.5 }
.frame.area { stroke-dasharray: 5 4 }
.frame.vpc { stroke: var(--vpc); stroke-width: 1.5 }
.frame.public-subnets { stroke: var(--public); fill: var(--public-ground) }
.frame.private-subnets { stroke: var(--private); fill: var(--private-ground) }
.frame.cluster { stroke: var(--cluster); stroke-dasharray: 5 4 }
.frame.load-balancer { stroke: var(--vpc); stroke-dasharray: 5 4 }
.head.vpc .title, .head.load-balancer .title { fill: var(--vpc) }
.head.public-subnets .title { fill: var(--public) }
.head.private-subnets .title { fill: var(--private) }
.head.cluster .title { fill: var(--cluster) }
.head text, .label { paint-order: stroke; stroke: var(--ground); stroke-width: 5; stroke-linejoin: round }
.on-page { --ground: var(--page) }
.on-public-subnets { --ground: var(--public-ground) }
.on-private-subnets { --ground: var(--private-ground) }
.card > rect { fill: var(--card); stroke: var(--border) }
.icon path { fill: none; stroke: #fff; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
.compute rect { fill: #d86613 }
.database rect { fill: #3b48cc }
.developer rect { fill: #3334b9 }
.integration rect { fill: #c7257f }
.management rect { fill: #b0084d }
.network rect { fill: #693bc5 }
.outside rect { fill: #545b64 }
.security rect { fill: #c7131f }
.storage rect { fill: #3f7d0c }
.line { fill: none; stroke: var(--line); stroke-width: 1.3 }
.dashed { stroke-dasharray: 5 4 }
.arrow { fill: var(--line) }
.label { text-anchor: middle; fill: var(--quiet) }
`;

function variables(colours: typeof light): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour}`)
    .join("; ");
}
