import { wrap } from "../../../scripts/run/wrap.mjs";
import { renderInline } from "./inline.ts";
import { type Page, plain } from "./style.ts";
import { isTableRule, renderTable } from "./table.ts";

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
  const text = /^#{1,6}\s+(.*?)\s*#*$/.exec(first)?.[1];
  if (text === undefined) return undefined;
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

/** A folded part, which may hold other ones. */
const readDetails: Reader = (lines, { columns, style }) => {
  if (!/^\s*<details\b/i.test(lines[0] ?? "")) return undefined;
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
  const [, head = "", body = ""] = /^\s*(?:<summary>([\s\S]*?)<\/summary>)?([\s\S]*)$/i.exec(whole) ?? [];
  const inner = renderBlocks(body.split("\n"), { columns: columns - 2, style }).join("\n\n");
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
  if (quoted.length === 0) return undefined;
  const inner = quoted.map((line) => line.replace(/^>\s?/, "").replace(/^\[!(\w+)\]$/, "**$1**"));
  const text = renderBlocks(inner, { columns: columns - 2, style }).join("\n");
  return { text: text.replace(/^/gm, `${style.dim("│")} `), used: quoted.length };
};

const item = /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;

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

const readParagraph: Reader = (lines, { columns, style }) => {
  const starts = [readHeading, readCode, readDetails, readQuote, readList];
  const end = lines.findIndex(
    (line, index) =>
      index > 0 &&
      (line.trim() === "" ||
        starts.some((read) => read(lines.slice(index), { columns, style }) !== undefined)),
  );
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
