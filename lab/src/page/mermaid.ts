import { escapeHtml } from "../../../live/browser/html.mjs";

/**
 * Draws the kinds of Mermaid diagrams that the actions' summaries have: charts of lines and bars, pies and flowcharts.
 * Undefined for others. Whatever the text is, the markup has no script, style or resource.
 */
export function drawMermaid(text: string): string | undefined {
  if (/^[ \t]*xychart-beta\b/m.test(text)) return drawChart(text);
  if (/^\s*pie\b/.test(text)) return drawPie(text);
  if (/^\s*flowchart\b/.test(text)) return drawFlowchart(text);
  return undefined;
}

const [chartWidth, chartHeight] = [600, 120];
const numbers = (list = "") => list.split(",").map(Number);

function drawChart(text: string): string | undefined {
  const title = /^[ \t]*title "([^"\n]*)"/m.exec(text)?.[1] ?? "";
  const [, unit = "", categories] = /^[ \t]*x-axis "([^"\n]*)" \[([^\]\n]*)\]/m.exec(text) ?? [];
  const [, bottom = 0, top = 100] = (
    /^[ \t]*y-axis (?:"[^"\n]*" )?(-?[\d.]+) --> (-?[\d.]+)/m.exec(text) ?? []
  ).map(Number);
  const series = (kind: RegExp) => [...text.matchAll(kind)].map(([, list]) => numbers(list));
  const bars = series(/^[ \t]*bar \[([^\]\n]*)\]/gm);
  const lines = series(/^[ \t]*line \[([^\]\n]*)\]/gm);
  const all = [...bars, ...lines];
  if (all.length === 0 || !(top > bottom) || !all.flat().every(Number.isFinite)) return undefined;
  const yOf = (value: number) => chartHeight * (1 - (value - bottom) / (top - bottom));
  const slot = chartWidth / Math.max(...all.map(({ length }) => length));
  const barsOf = (values: readonly number[]) =>
    values.map((value, index) => {
      const height = Math.max(0, chartHeight - yOf(value)).toFixed(1);
      return `<rect x="${(slot * (index + 0.2)).toFixed(1)}" y="${yOf(value).toFixed(1)}" width="${(slot * 0.6).toFixed(1)}" height="${height}"></rect>`;
    });
  // The titles of charts name these colours.
  const palette = /"plotColorPalette": "(#[\da-f]{6}(?:, #[\da-f]{6})*)"/.exec(text)?.[1]?.split(", ") ?? [];
  const pathOf = (values: readonly number[], index: number) => {
    // Points are in the middle of bars, where there are any.
    const step = bars.length > 0 ? slot : chartWidth / Math.max(values.length - 1, 1);
    const points = values.map(
      (value, index) =>
        `${(step * (index + (bars.length > 0 ? 0.5 : 0))).toFixed(1)} ${yOf(value).toFixed(1)}`,
    );
    const colour = palette[bars.length + index] ?? "currentColor";
    return `<path stroke="${colour}" d="M${points.join("L")}"></path>`;
  };
  const places = categories ? `; ${unit}: ${categories}` : "";
  return `<figure><svg class="lines" viewBox="-4 -4 ${chartWidth + 8} ${chartHeight + 8}" role="img" aria-label="${escapeHtml(title)}">${[...bars.flatMap(barsOf), ...lines.map(pathOf)].join("")}</svg><figcaption>${escapeHtml(`${title} (${bottom} to ${top}${places})`)}</figcaption></figure>`;
}

/** Bars compare amounts better than the slices of a pie. */
function drawPie(text: string): string | undefined {
  const title = /^\s*pie(?: showData)?(?: title ([^\n]*))?/.exec(text)?.[1] ?? "";
  const slices = [...text.matchAll(/^[ \t]*"([^"\n]*)" : ([\d.]+)[ \t]*$/gm)].map(
    ([, name = "", value = ""]) => [name, Number(value)] as const,
  );
  const most = Math.max(...slices.map(([, value]) => value));
  if (slices.length === 0 || !(most > 0)) return undefined;
  const rows = slices.map(
    ([name, value]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td><svg class="bar" width="100%" height="8" aria-hidden="true"><rect class="only" height="8" width="${((100 * value) / most).toFixed(1)}%"></rect></svg></td><td align="right">${value}</td></tr>`,
  );
  return `<figure><table class="pie"><tbody>${rows.join("")}</tbody></table><figcaption>${escapeHtml(title)}</figcaption></figure>`;
}

interface Box {
  readonly label: string;
  readonly nodes: Box[];
  readonly frames: Box[];
  readonly arrows: string[];
}

const box = (label: string): Box => ({ label, nodes: [], frames: [], arrows: [] });

/** Draws nested frames, with the arrows as lines of text in the card where they begin. */
function drawFlowchart(text: string): string | undefined {
  const top = box("");
  const open = [top];
  const boxes = new Map<string, Box>();
  for (const line of text.trim().split("\n").slice(1)) {
    if (/^\s*%%/.test(line)) continue;
    const [, frame, node] = /^\s*(?:subgraph (\w+)|(\w+))\["([^"]*)"\]$/.exec(line) ?? [];
    const label = /\["([^"]*)"\]$/.exec(line)?.[1] ?? "";
    const [, from = "", arrowLabel = "", to = ""] =
      /^\s*(\w+) (?:-->|-\.->)(?:\|"([^"]*)"\|)? (\w+)$/.exec(line) ?? [];
    const inside = open.at(-1) ?? top;
    if (frame) {
      const added = box(label);
      boxes.set(frame, added);
      inside.frames.push(added);
      open.push(added);
    } else if (node) {
      const added = box(label);
      boxes.set(node, added);
      inside.nodes.push(added);
    } else if (/^\s*end$/.test(line) && open.length > 1) open.pop();
    else if (from) boxes.get(from)?.arrows.push(`→ ${titleOf(boxes.get(to))} ${arrowLabel}`);
    else return undefined;
  }
  return boxes.size > 0 ? `<figure class="flow">${inside(top)}</figure>` : undefined;
}

/** Mermaid's entities are `#` with a number. */
const decoded = (label: string) =>
  label
    .replace(/<\/?b>/g, "")
    .replace(/#(\d{1,5});/g, (_, code: string) => String.fromCharCode(Number(code)));

const linesOf = (label: string) => label.split("<br/>").map(decoded);
const titleOf = (of: Box | undefined) => linesOf(of?.label ?? "")[0] ?? "";

function inside({ nodes, frames }: Box): string {
  const linesIn = ({ label, arrows }: Box) => {
    const [title = "", ...lines] = [...linesOf(label), ...arrows.map(decoded)].map(escapeHtml);
    return `<b>${title}</b>${lines.map((line) => `<br><small>${line}</small>`).join("")}`;
  };
  const cards = nodes.map((node) => `<li>${linesIn(node)}</li>`);
  const list = cards.length > 0 ? `<ul>${cards.join("")}</ul>` : "";
  return list + frames.map((frame) => `<div><p>${linesIn(frame)}</p>${inside(frame)}</div>`).join("");
}
