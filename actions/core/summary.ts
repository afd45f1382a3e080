import { plainText } from "./plain-text.ts";

/** Markdown that an action composed from escaped text. */
export interface Markup {
  readonly markdown: string;
}

/** A string is text, which may be foreign. */
export type Cell = string | Markup;

/** Returns a markdown table, numbers right-aligned; the text of cells is escaped here, once. */
export function markdownTable(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map(cellMarkdown).join(" | ")} |`;
  const rule = head.map((_, index) =>
    isNumeric(rows.map((row) => row[index] ?? "")) ? " ---: |" : " --- |",
  );
  return [line(head), `|${rule.join("")}`, ...rows.map(line)].join("\n");
}

/** A figure with its sign and unit, such as `−$3.65`, `< 0.01`, `12.5 %`, `3 min 5 s` or `+9`. */
const figure = /^[<>+−±$ -]{0,4}\d[\d.,]{0,20}(?: ?(?:%|ms|s|min|h|d|kB|MB|GB)(?: \d{1,3} (?:s|min|h))?)?$/;
const nothing = /^[–—-]?$/;

function isNumeric(cells: readonly Cell[]): boolean {
  const texts = cells.filter((cell) => typeof cell !== "string" || !nothing.test(cell));
  return (
    texts.length > 0 &&
    texts.every((cell) => typeof cell === "string" && figure.test(cell.replaceAll("*", "")))
  );
}

/** Lists facts, each with its name; those without a value are left out. */
export function factList(facts: readonly (readonly [name: string, value: Cell])[]): string {
  return facts
    .filter(([, value]) => value !== "")
    .map(
      ([name, value]) =>
        `- ${escapeText(name)}: ${typeof value === "string" ? escapeText(value) : value.markdown}`,
    )
    .join("\n");
}

/** Nobody reads more differences of one list, such as 1,000 variables: they are counted. */
const mostOfList = 50;

/** Returns the lines of a comparison, `+`, `-` or `~` and a path; those of a long list as one with their counts. */
export function foldChanges(lines: readonly string[]): string[] {
  return [...Map.groupBy(lines, listOf)].flatMap(([list, ofList]) => {
    if (ofList.length <= mostOfList) return ofList;
    const count = (sign: string) => ofList.filter((line) => line.startsWith(sign)).length;
    const counts = `${count("+")} added, ${count("-")} removed, ${count("~")} changed`;
    return `~ ${list}: ${ofList.length.toLocaleString("en-US")} changes (${counts})`;
  });
}

function listOf(line: string): string {
  const path = line.slice(2).split(": ", 1)[0] ?? "";
  return path.includes("[") ? path.slice(0, path.lastIndexOf("[")) : path;
}

/** Lines of a comparison: GitHub colours `!` in a diff, not the `~` of logs and outputs. */
export function diffBlock(lines: readonly string[]): string {
  return codeBlock(foldChanges(lines).join("\n").replace(/^~/gm, "!"), "diff");
}

function cellMarkdown(cell: Cell): string {
  if (typeof cell !== "string") return cell.markdown;
  const lines = cell.split(/[\r\n]+/).map((line) => escapeMarkup(line.trim()).replaceAll("|", "&#124;"));
  return lines.join("<br>");
}

/** Escapes text as one line of markdown or of a `<summary>`, where it creates no tags, links or images. */
export function escapeText(text: string): string {
  return escapeMarkup(text.replace(/\r\n|\r|\n/g, " "));
}

/** Uses entities, as a backslash in the text would undo one of ours. A bare address stays: it shows its target. */
function escapeMarkup(text: string): string {
  return plainText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("[", "&#91;")
    .replaceAll("]", "&#93;");
}

/** Returns a link to a page of the web; the text alone for any other address. */
export function link(text: string, address: string): Markup {
  const markdown = escapeText(text).replaceAll("|", "&#124;");
  const target = linkAddress(address);
  return { markdown: target ? `[${markdown}](${target})` : markdown };
}

/** Returns the address of a page of the web as markdown and HTML may hold it; undefined for any other address. */
export function linkAddress(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return undefined;
  return url.href.replace(/["()<>|\\`[\]\s]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}

/** Returns a fenced block that the text itself cannot close. */
export function codeBlock(foreign: string, language = ""): string {
  const text = plainText(foreign);
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Folds a text under its head. */
export function details(head: string, text: string): string {
  return fold(head, codeBlock(text));
}

/** Folds markdown under its head; empty markdown has no fold. */
export function fold(head: string, markdown: string): string {
  return markdown && `<details><summary>${escapeText(head)}</summary>\n\n${markdown}\n\n</details>`;
}

/** Returns a text such as `1 task` or `2 tasks`. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
