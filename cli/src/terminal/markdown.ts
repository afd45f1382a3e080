import { widthOf, wrap } from "../../../scripts/run/wrap.mjs";
import { type Page, plain, type Style } from "./style.ts";

/**
 * Renders GitHub-flavoured Markdown as actions write it into a job summary: headings, tables, lists, quotes, code and
 * folded parts. There are no HTML tags in the result. Diagrams, which GitHub draws, are left out.
 */
export function renderMarkdown(markdown: string, page: Page): string {
  const blocks = renderBlocks(markdown.replaceAll("\r\n", "\n").split("\n"), page);
  return blocks.join("\n\n");
}

type Reader = (
  lines: readonly string[],
  page: Page,
) => { readonly text: string; readonly used: number } | undefined;

function renderBlocks(lines: readonly string[], page: Page): string[] {
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const rest = lines.slice(at);
    if (rest[0]?.trim() === "") {
      at += 1;
      continue;
    }
    for (const read of readers) {
      const block = read(rest, page);
      if (!block) continue;
      if (block.text.trim() !== "") blocks.push(block.text);
      at += block.used;
      break;
    }
  }
  return blocks;
}

const readHeading: Reader = ([first = ""], { columns, style }) => {
  if (!/^#{1,6}\s/.test(first)) return undefined;
  const text = first
    .replace(/^#+/, "")
    .trim()
    .replace(/(?<!\S)#+$/, "");
  const lines = wrap(renderInline(text, style), columns, 2).split("\n");
  return { text: lines.map(style.bold).join("\n"), used: 1 };
};

const readCode: Reader = ([first = "", ...lines], { style }) => {
  const [, fence = "", language] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(first) ?? [];
  if (fence === "") return undefined;
  const end = lines.findIndex((line) => line.trim().startsWith(fence) && line.trim().length === fence.length);
  const code = end < 0 ? lines : lines.slice(0, end);
  const used = code.length + (end < 0 ? 1 : 2);
  if (language === "mermaid") return { text: "", used };
  return { text: code.map((line) => `${style.dim("│")} ${plain(line)}`).join("\n"), used };
};

/** With fewer columns, a quote or a folded part is shown as text: parts inside each other are two narrower each. */
const fewestColumns = 12;

/** A folded part, which may hold other ones. */
const readDetails: Reader = (lines, { columns, style }) => {
  if (columns < fewestColumns || !/^\s*<details\b/i.test(lines[0] ?? "")) return undefined;
  let depth = 0;
  const used = lines.findIndex((line) => {
    depth += (line.match(/<details\b/gi) ?? []).length - (line.match(/<\/details>/gi) ?? []).length;
    return depth <= 0;
  });
  const part = lines.slice(0, used < 0 ? undefined : used + 1);
  const whole = part
    .join("\n")
    .replace(/^\s*<details[^>]*>/i, "")
    .replace(/<\/details>\s*$/i, "");
  const [summary = "", head = ""] = /^\s*<summary>([\s\S]*?)<\/summary>/i.exec(whole) ?? [];
  const inner = renderBlocks(whole.slice(summary.length).split("\n"), { columns: columns - 2, style }).join(
    "\n\n",
  );
  if (inner === "") return { text: "", used: part.length };
  const title = style.bold(`▾ ${renderInline(head.trim(), style)}`);
  return { text: `${title}\n${inner.replace(/^(?=.)/gm, "  ")}`, used: part.length };
};

const readTable: Reader = (lines, page) => {
  if (!isTableRule(lines[1]) || !lines[0]?.includes("|")) return undefined;
  const end = lines.findIndex((line) => !line.includes("|"));
  const rows = lines.slice(0, end < 0 ? undefined : end);
  return { text: renderTable(rows, page), used: rows.length };
};

const readRule: Reader = ([first = ""], { columns, style }) =>
  /^\s*([-*_])(\s*\1){2,}\s*$/.test(first) ? { text: style.dim("─".repeat(columns)), used: 1 } : undefined;

const readQuote: Reader = (lines, { columns, style }) => {
  const end = lines.findIndex((line) => !line.startsWith(">"));
  const quoted = lines.slice(0, end < 0 ? undefined : end);
  if (quoted.length === 0 || columns < fewestColumns) return undefined;
  const inner = quoted.map((line) => line.replace(/^>\s?/, "").replace(/^\[!(\w+)\]$/, "**$1**"));
  const text = renderBlocks(inner, { columns: columns - 2, style }).join("\n");
  return { text: text.replace(/^/gm, `${style.dim("│")} `), used: quoted.length };
};

const item = /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(\S.*|)$/;

const readList: Reader = (lines, { columns, style }) => {
  if (!item.test(lines[0] ?? "")) return undefined;
  const end = lines.findIndex((line) => !item.test(line) && !/^\s+\S/.test(line));
  const used = lines.slice(0, end < 0 ? undefined : end);
  const text = used.map((line) => {
    const [, indent = "", mark = "", box, content] = item.exec(line) ?? [];
    if (content === undefined) return wrap(`  ${renderInline(line.trim(), style)}`, columns, 2);
    const sign = box === undefined ? (/\d/.test(mark) ? mark : "•") : box === " " ? "☐" : "☑";
    const start = `${indent}${sign} `;
    return wrap(`${start}${renderInline(content, style)}`, columns, start.length);
  });
  return { text: text.join("\n"), used: used.length };
};

/** An empty line, or the first of a heading, code, a folded part, a quote or a list. */
const otherBlock = /^(?:\s*$|#{1,6}\s|\s*(?:`{3}|~{3}|<details\b|[-*+]\s|\d+[.)]\s)|>)/i;

const readParagraph: Reader = (lines, { columns, style }) => {
  const end = lines.findIndex((line, index) => index > 0 && otherBlock.test(line));
  const used = lines.slice(0, end < 0 ? undefined : end);
  return { text: wrap(renderInline(used.join("\n"), style), columns), used: used.length };
};

const readers: readonly Reader[] = [
  readHeading,
  readCode,
  readDetails,
  readTable,
  readRule,
  readQuote,
  readList,
  readParagraph,
];

/** Signs of which terminals disagree on the width. */
const signs: Readonly<Record<string, string>> = {
  "✅": "✓",
  "❌": "✗",
  "⚠️": "!",
  "⚠": "!",
  ℹ️: "i",
  "⏭️": "-",
};

/** Renders emphasis, code, links and entities of a text; tags are removed, `<br>` breaks the line. */
function renderInline(text: string, style: Style): string {
  // Code and links are kept aside, since no other mark counts in them.
  const kept: string[] = [];
  const keep = (rendered: string) => `\uE000${kept.push(rendered) - 1}\uE000`;
  const rendered = mapCode(text.replaceAll("\uE000", ""), (code) => keep(style.cyan(foreign(code.trim()))))
    .replace(/\\([!-/:-@[-`{-~])/g, (_, character: string) => keep(character))
    .replace(/!\[([^[\]]*)\]\([^()]*\)/g, (_, alternative: string) => keep(foreign(alternative)))
    .replace(/\[([^[\]]+)\]\(([^()\s]+)\)/g, (_, label: string, target: string) =>
      keep(linkText(label, target)),
    )
    .replace(/<br\s*\/?>/gi, "\n")
    .replace(/<(https?:[^<>\s]+)>/g, "$1")
    .replace(/<\/?[a-z][^<>]*>/gi, "")
    .split(/(\*\*.+?\*\*|(?<![\w*])[*_][^*_\s](?:[^*_]*[^*_\s])?[*_](?![\w*]))/)
    .map((part) => {
      if (/^\*\*.+\*\*$/.test(part)) return style.bold(foreign(part.slice(2, -2)));
      if (/^[*_].+[*_]$/.test(part)) return foreign(part.slice(1, -1));
      return foreign(part);
    })
    .join("");
  return restore(rendered, kept);
}

/** Replaces what is between two equal runs of backticks. */
function mapCode(text: string, replace: (code: string) => string): string {
  const parts = text.split(/(`+)/);
  let mapped = "";
  for (let at = 0; at < parts.length; at += 1) {
    const end = at % 2 === 0 ? -1 : parts.indexOf(parts[at] ?? "", at + 1);
    mapped += end < 0 ? parts[at] : replace(parts.slice(at + 1, end).join(""));
    at = Math.max(at, end);
  }
  return mapped;
}

/** Text between marks may hold others that are kept aside. */
function restore(text: string, kept: readonly string[]): string {
  return text.replace(/\uE000(\d+)\uE000/g, (_, index: string) => restore(kept[Number(index)] ?? "", kept));
}

function linkText(label: string, target: string): string {
  const text = foreign(label.replace(/\*\*/g, ""));
  return text === target || !/^https?:/.test(target) ? text : `${text} (${target})`;
}

/** Resolves entities, then removes control characters, which an entity may be. */
function foreign(text: string): string {
  const resolved = text
    .replace(/&#(x[\da-f]+|\d+);/gi, (_, code: string) => characterOf(code))
    .replace(/&(lt|gt|quot|apos|nbsp|amp);/g, (_, name: string) => entities[name] ?? "");
  return Object.entries(signs).reduce(
    (result, [sign, simple]) => result.replaceAll(sign, simple),
    plain(resolved),
  );
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  amp: "&",
};

function characterOf(code: string): string {
  const point = code.toLowerCase().startsWith("x") ? Number.parseInt(code.slice(1), 16) : Number(code);
  return point > 0 && point <= 0x10_ffff ? String.fromCodePoint(point) : "";
}

const gap = 2;

/** Whether a line is the one between head and rows of a table. */
function isTableRule(line: string | undefined): boolean {
  return line?.includes("|") === true && cellsOf(line).every((cell) => /^:?-+:?$/.test(cell));
}

/** Renders a table in aligned columns; the widest columns break their cells if the page is too narrow. */
function renderTable(lines: readonly string[], { columns, style }: Page): string {
  const [head = "", rule = "", ...rows] = lines;
  const table = [head, ...rows].map((line) => cellsOf(line).map((cell) => renderInline(cell, style)));
  const isUsed = (_: unknown, index: number) => table.some((row) => (row[index] ?? "") !== "");
  const toRight = cellsOf(rule)
    .map((cell) => cell.endsWith(":") && !cell.startsWith(":"))
    .filter(isUsed);
  const [titles = [], ...body] = table.map((row) => row.filter(isUsed));
  const hasTitles = titles.some((title) => title.trim() !== "");
  const all = hasTitles ? [titles, ...body] : body;
  const most = (measure: (cell: string) => number) =>
    titles.map((_, index) => Math.max(1, ...all.map((row) => measure(row[index] ?? ""))));
  const widths = fit(most(widthOfCell), most(widthOfWord), columns);
  const print = (row: readonly string[]) => printRow(row, widths, toRight);
  const ruler = style.dim(widths.map((width) => "─".repeat(width)).join(" ".repeat(gap)));
  return [...(hasTitles ? [print(titles.map(style.bold)), ruler] : []), ...body.map(print)].join("\n");
}

function cellsOf(line: string): string[] {
  const text = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return text.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const widthOfCell = (cell: string) => Math.max(...cell.split("\n").map(widthOf));

const widthOfWord = (cell: string) => Math.max(...cell.split(/\s+/).map(widthOf));

/** Narrows the widest columns until the table fits: first those whose cells break between words, then any. */
function fit(widths: readonly number[], words: readonly number[], columns: number): number[] {
  const fitted = [...widths];
  const available = columns - gap * (widths.length - 1);
  for (const limits of [words, words.map(() => 0)])
    while (fitted.reduce((sum, width) => sum + width, 0) > available) {
      const widest = Math.max(...fitted.filter((width, index) => width > Math.max(10, limits[index] ?? 0)));
      if (widest < 0) break;
      const index = fitted.findIndex(
        (width, each) => width === widest && width > Math.max(10, limits[each] ?? 0),
      );
      fitted[index] = widest - 1;
    }
  return fitted;
}

function printRow(row: readonly string[], widths: readonly number[], toRight: readonly boolean[]): string {
  const cells = widths.map((width, index) => breakCell(row[index] ?? "", width));
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, index) => pad(cell[line] ?? "", widths[index] ?? 0, toRight[index] === true))
      .join(" ".repeat(gap))
      .trimEnd(),
  ).join("\n");
}

/** Breaks a word that is longer than the column, such as an address: after a sign if it has one, unless coloured. */
function breakCell(cell: string, width: number): string[] {
  return wrap(cell, width)
    .split("\n")
    .flatMap((line) => (line.length === widthOf(line) ? breakLine(line, width) : [line]));
}

function breakLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const end = /^.+[/_:@.-]/.exec(line.slice(0, width))?.[0].length ?? width;
  return [line.slice(0, end), ...breakLine(line.slice(end), width)];
}

function pad(text: string, width: number, toRight: boolean): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)));
  return toRight ? blanks + text : text + blanks;
}
