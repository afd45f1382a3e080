import { widthOf, wrap } from "../../../scripts/run/wrap.mjs";
import { renderInline } from "./inline.ts";
import type { Page } from "./style.ts";

const gap = 2;

/** Whether a line is the one between head and rows of a table. */
export function isTableRule(line: string | undefined): boolean {
  return line !== undefined && /^\s*\|?(\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*$/.test(line) && line.includes("|");
}

/** Renders a table in aligned columns; the widest columns break their cells if the page is too narrow. */
export function renderTable(lines: readonly string[], { columns, style }: Page): string {
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
