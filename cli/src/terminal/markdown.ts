import { widthOf, wrap } from "@ecs-delivery/program/wrap";
import MarkdownIt from "markdown-it";
import { type Page, plain, type Style } from "./style.ts";

type Token = ReturnType<MarkdownIt["parse"]>[number];

const parser = new MarkdownIt({ html: true });
parser.validateLink = () => true;

/**
 * Renders GitHub-flavoured Markdown as text: headings, tables, lists, quotes, code and folded parts, which are open.
 * HTML tags and Mermaid diagrams are left out.
 */
export function renderMarkdown(markdown: string, page: Page): string {
  return renderBlocks(createReader(parser.parse(markdown, {})), page).join("\n\n");
}

/** Reads tokens in their order. */
function createReader(tokens: readonly Token[]) {
  let at = 0;
  return {
    next: () => tokens[at++],
    /** Reads up to the end of the element that has been opened. */
    inside(level: number, end: string) {
      const from = at;
      const is = ({ level: own, type }: Token) => own === level && type === end;
      at = tokens.findIndex((token, index) => index >= from && is(token)) + 1;
      return createReader(tokens.slice(from, at - 1));
    },
    /** Reads up to the end of the folded parts that HTML opens. */
    folded(html: Token) {
      const from = at;
      for (let open = foldsIn(html); open > 0 && at < tokens.length; at++)
        open += foldsIn(tokens[at] as Token);
      return createReader(tokens.slice(from, at));
    },
  };
}

const foldsIn = ({ type, content }: Token) =>
  type === "html_block" ? content.split("<details").length - content.split("</details>").length : 0;

type Reader = ReturnType<typeof createReader>;

function renderBlocks(reader: Reader, page: Page): string[] {
  const blocks: string[] = [];
  for (let token = reader.next(); token; token = reader.next()) {
    const text = renderBlock(token, reader, page);
    if (text.trim() !== "") blocks.push(text);
  }
  return blocks;
}

/** Renders the block that begins with a token. */
function renderBlock(token: Token, reader: Reader, page: Page): string {
  const { columns, style } = page;
  const { type, level, content } = token;
  const inner = () => reader.inside(level, type.replace("_open", "_close"));
  if (type === "paragraph_open") return wrap(inlineOf(inner(), style), columns);
  if (type === "heading_open")
    return wrap(inlineOf(inner(), style), columns, 2).split("\n").map(style.bold).join("\n");
  if (type === "fence" || type === "code_block") return codeOf(token, style);
  if (type === "hr") return style.dim("─".repeat(columns));
  if (type === "table_open") return renderTable(rowsOf(inner(), style), page);
  if (type === "bullet_list_open" || type === "ordered_list_open") return listOf(token, inner(), page);
  if (type === "blockquote_open") return quoteOf(inner(), page);
  if (type === "html_block")
    return unfolded(textOf(content), renderBlocks(reader.folded(token), inFold(page)), style);
  return "";
}

const inFold = ({ columns, style }: Page): Page => ({ columns: Math.max(columns - 2, fewestColumns), style });

/** Shows a folded part open, below its head; a part without text is left out. */
export function unfolded(head: string, blocks: readonly string[], style: Style): string {
  const text = blocks
    .filter(Boolean)
    .join("\n\n")
    .replace(/^(?=.)/gm, "  ");
  return text === "" ? head.replace(/^▾.*/, "") : `${style.bold(head)}\n${text}`;
}

/** Returns the text of HTML: the head of a folded part has a mark. */
function textOf(content: string): string {
  const text = content
    .replaceAll("<summary>", "▾ ")
    .replaceAll("</summary>", "\n")
    .replace(/<[^<>]*>/g, "");
  return signs(plain(parser.utils.unescapeAll(text.trim())));
}

function codeOf({ content, info }: Token, style: Style): string {
  if (info.trim() === "mermaid") return "";
  const lines = content.replace(/\n$/, "").split("\n");
  return lines.map((line) => `${style.dim("│")} ${plain(line)}`).join("\n");
}

/** With fewer columns, parts inside each other are no longer indented. */
const fewestColumns = 12;

function quoteOf(reader: Reader, { columns, style }: Page): string {
  const blocks = renderBlocks(reader, { columns: Math.max(columns - 2, fewestColumns), style });
  const text = blocks.join("\n").replace(/^\[!(\w+)\]/, "$1");
  return text.replace(/^/gm, `${style.dim("│")} `);
}

function listOf({ type }: Token, reader: Reader, { columns, style }: Page): string {
  const items: string[] = [];
  for (let token = reader.next(); token; token = reader.next()) {
    const mark = type === "bullet_list_open" ? "•" : `${token.info}.`;
    const width = mark.length + 1;
    const inner = { columns: Math.max(columns - width, fewestColumns), style };
    const text = renderBlocks(reader.inside(token.level, "list_item_close"), inner).join("\n");
    const box = text.replace(/^\[ \]/, "☐").replace(/^\[x\]/i, "☑");
    const start = box === text ? `${mark} ` : "";
    items.push(start + box.replace(/\n(?=.)/g, `\n${" ".repeat(start.length)}`));
  }
  return items.join("\n");
}

/** Signs of which terminals disagree on the width. */
const simple: Readonly<Record<string, string>> = {
  "✅": "✓",
  "❌": "✗",
  "⚠️": "!",
  "⚠": "!",
  ℹ️: "i",
  "⏭️": "-",
};

const signs = (text: string) =>
  Object.entries(simple).reduce((all, [sign, own]) => all.replaceAll(sign, own), text);

/** Renders emphasis, code and links of a text; tags are removed, `<br>` breaks the line. */
function inlineOf(reader: Reader, style: Style): string {
  const inline = reader.next()?.children ?? [];
  const open: { text: string; href: string }[] = [{ text: "", href: "" }];
  for (const { type, content, attrs } of inline) {
    const last = open.at(-1) as (typeof open)[number];
    if (type === "link_open" || type === "strong_open") open.push({ text: "", href: attrs?.[0]?.[1] ?? "" });
    else if (type === "link_close" || type === "strong_close") {
      open.pop();
      const text = type === "strong_close" ? style.bold(last.text) : linkText(last);
      (open.at(-1) ?? last).text += text;
    } else last.text += inlineText(type, content, style);
  }
  return open.map(({ text }) => text).join("");
}

function inlineText(type: string, content: string, style: Style): string {
  if (type === "code_inline") return style.cyan(plain(content));
  if (type === "softbreak" || type === "hardbreak") return "\n";
  if (type === "html_inline") return /^<br\b/i.test(content) ? "\n" : "";
  return signs(plain(content));
}

function linkText({ text, href }: { text: string; href: string }): string {
  return text === href || !/^https?:/.test(href) ? text : `${text} (${plain(href)})`;
}

interface Row {
  readonly cells: string[];
  readonly toRight: boolean[];
}

function rowsOf(reader: Reader, style: Style): Row[] {
  const rows: Row[] = [];
  for (let token = reader.next(); token; token = reader.next()) {
    if (token.type === "tr_open") rows.push({ cells: [], toRight: [] });
    if (token.type !== "th_open" && token.type !== "td_open") continue;
    rows.at(-1)?.toRight.push(token.attrGet("style") === "text-align:right");
    rows.at(-1)?.cells.push(inlineOf(reader, style));
  }
  return rows;
}

const gap = 2;

/** Renders a table in aligned columns; the widest columns break their cells if the page is too narrow. */
function renderTable([head, ...rows]: readonly Row[], { columns, style }: Page): string {
  if (!head) return "";
  const all = [head, ...rows].map(({ cells }) => cells);
  const used = head.cells.flatMap((_, index) => (all.some((cells) => cells[index]) ? [index] : []));
  const most = (measure: (cell: string) => number) =>
    used.map((index) => greatest([1, ...all.map((cells) => measure(cells[index] ?? ""))]));
  const widths = fit(most(widthOfCell), most(widthOfWord), columns);
  const print = (cells: readonly string[]) =>
    printRow(
      used.map((index) => cells[index] ?? ""),
      widths,
      used.map((index) => head.toRight[index] === true),
    );
  const ruler = style.dim(widths.map((width) => "─".repeat(width)).join(" ".repeat(gap)));
  const hasTitles = head.cells.some((title) => title !== "");
  const titles = hasTitles ? [print(head.cells.map(style.bold)), ruler] : [];
  return [...titles, ...rows.map(({ cells }) => print(cells))].join("\n");
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
