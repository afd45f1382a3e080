import { widthOf, wrap } from "../../../program/src/wrap.mjs";
import { foreign } from "./foreign.ts";
import { type Page, plain, type Style } from "./style.ts";

/**
 * Renders GitHub-flavoured Markdown as actions write it into a job summary: headings, tables, lists, quotes, code and
 * folded parts. There are no HTML tags in the result. Diagrams, which GitHub draws, are left out.
 */
export function renderMarkdown(markdown: string, page: Page): string {
  const blocks = renderBlocks(markdown.replaceAll("\r\n", "\n").split("\n"), page);
  return blocks.join("\n\n");
}

/** Renders the block that begins at a line; the next one begins at `end`. */
type Reader = (
  lines: readonly string[],
  page: Page,
  at: number,
) => { readonly text: string; readonly end: number } | undefined;

function renderBlocks(lines: readonly string[], page: Page): string[] {
  const blocks: string[] = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at]?.trim() === "") {
      at += 1;
      continue;
    }
    for (const read of readers) {
      const block = read(lines, page, at);
      if (!block) continue;
      if (block.text.trim() !== "") blocks.push(block.text);
      at = block.end;
      break;
    }
  }
  return blocks;
}

/** Returns the index of the first line from `index` on that is an end; the number of lines without one. */
function findFrom(lines: readonly string[], index: number, isEnd: (line: string) => boolean): number {
  let end = index;
  while (end < lines.length && !isEnd(lines[end] ?? "")) end += 1;
  return end;
}

const readHeading: Reader = (all, { columns, style }, at) => {
  const first = all[at] ?? "";
  if (!/^#{1,6}\s/.test(first)) return undefined;
  const text = first
    .replace(/^#+/, "")
    .trim()
    .replace(/(?<!\S)#+$/, "");
  const lines = wrap(renderInline(text, style), columns, 2).split("\n");
  return { text: lines.map(style.bold).join("\n"), end: at + 1 };
};

const readCode: Reader = (lines, { style }, at) => {
  const [, fence = "", language] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(lines[at] ?? "") ?? [];
  if (fence === "") return undefined;
  const last = findFrom(lines, at + 1, (line) => line.trim() === fence);
  const [code, end] = [lines.slice(at + 1, last), last + 1];
  if (language === "mermaid") return { text: "", end };
  return { text: code.map((line) => `${style.dim("│")} ${plain(line)}`).join("\n"), end };
};

/** With fewer columns, a quote or a folded part is shown as text: parts inside each other are two narrower each. */
const fewestColumns = 12;

/** A folded part, which may hold other ones. */
const readDetails: Reader = (lines, { columns, style }, at) => {
  if (columns < fewestColumns || !/^\s*<details\b/i.test(lines[at] ?? "")) return undefined;
  let depth = 0;
  const last = findFrom(lines, at, (line) => {
    depth += (line.match(/<details\b/gi) ?? []).length - (line.match(/<\/details>/gi) ?? []).length;
    return depth <= 0;
  });
  const end = last + 1;
  const whole = lines
    .slice(at, end)
    .join("\n")
    .replace(/^\s*<details[^>]*>/i, "")
    .replace(/<\/details>\s*$/i, "");
  const [summary = "", head = ""] = /^\s*<summary>([\s\S]*?)<\/summary>/i.exec(whole) ?? [];
  const inner = renderBlocks(whole.slice(summary.length).split("\n"), { columns: columns - 2, style }).join(
    "\n\n",
  );
  if (inner === "") return { text: "", end };
  const title = style.bold(`▾ ${renderInline(head.trim(), style)}`);
  return { text: `${title}\n${inner.replace(/^(?=.)/gm, "  ")}`, end };
};

const readTable: Reader = (lines, page, at) => {
  if (!isTableRule(lines[at + 1]) || !lines[at]?.includes("|")) return undefined;
  const end = findFrom(lines, at, (line) => !line.includes("|"));
  return { text: renderTable(lines.slice(at, end), page), end };
};

const readRule: Reader = (lines, { columns, style }, at) =>
  /^\s*([-*_])(\s*\1){2,}\s*$/.test(lines[at] ?? "")
    ? { text: style.dim("─".repeat(columns)), end: at + 1 }
    : undefined;

const readQuote: Reader = (lines, { columns, style }, at) => {
  const end = findFrom(lines, at, (line) => !line.startsWith(">"));
  const quoted = lines.slice(at, end);
  if (quoted.length === 0 || columns < fewestColumns) return undefined;
  const inner = quoted.map((line) => line.replace(/^>\s?/, "").replace(/^\[!(\w+)\]$/, "**$1**"));
  const text = renderBlocks(inner, { columns: columns - 2, style }).join("\n");
  return { text: text.replace(/^/gm, `${style.dim("│")} `), end };
};

const item = /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(\S.*|)$/;

const readList: Reader = (lines, { columns, style }, at) => {
  if (!item.test(lines[at] ?? "")) return undefined;
  const end = findFrom(lines, at, (line) => !item.test(line) && !/^\s+\S/.test(line));
  const text = lines.slice(at, end).map((line) => {
    const [, indent = "", mark = "", box, content] = item.exec(line) ?? [];
    if (content === undefined) return wrap(`  ${renderInline(line.trim(), style)}`, columns, 2);
    const sign = box === undefined ? (/\d/.test(mark) ? mark : "•") : box === " " ? "☐" : "☑";
    const start = `${indent}${sign} `;
    return wrap(`${start}${renderInline(content, style)}`, columns, start.length);
  });
  return { text: text.join("\n"), end };
};

/** An empty line, or the first of a heading, code, a folded part, a quote or a list. */
const otherBlock = /^(?:\s*$|#{1,6}\s|\s*(?:`{3}|~{3}|<details\b|[-*+]\s|\d+[.)]\s)|>)/i;

const readParagraph: Reader = (lines, { columns, style }, at) => {
  const end = findFrom(lines, at + 1, (line) => otherBlock.test(line));
  return { text: wrap(renderInline(lines.slice(at, end).join("\n"), style), columns), end };
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
    titles.map((_, index) => greatest([1, ...all.map((row) => measure(row[index] ?? ""))]));
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

/** Math.max takes no more numbers than a call has room for. */
const greatest = (numbers: readonly number[]) => numbers.reduce((one, other) => Math.max(one, other), 0);

const widthOfCell = (cell: string) => greatest(cell.split("\n").map(widthOf));

const widthOfWord = (cell: string) => greatest(cell.split(/\s+/).map(widthOf));

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
