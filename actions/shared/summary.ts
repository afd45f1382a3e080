import { appendFile } from "node:fs/promises";

/** Adds GitHub-flavoured markdown to the job summary; outside of a runner there is none, and nothing is written. */
export async function appendSummary(markdown: string): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file) await appendFile(file, `${markdown.trimEnd()}\n\n`);
}

/** Markdown that an action composed from escaped text. */
export interface Markup {
  readonly markdown: string;
}

/** A string is text, which may be foreign. */
export type Cell = string | Markup;

/** Returns a markdown table; the text of cells is escaped here, once. */
export function markdownTable(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.map(cellMarkdown).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
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
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("[", "&#91;")
    .replaceAll("]", "&#93;");
}

/** Returns a link to a page of the web; the text alone for any other address. */
export function link(text: string, address: string): Markup {
  const markdown = escapeText(text).replaceAll("|", "&#124;");
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return { markdown };
  const target = url.href.replace(/[()<>|\\`[\]\s]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return { markdown: `[${markdown}](${target})` };
}

/** Returns a fenced block that the text itself cannot close. */
export function codeBlock(text: string, language = ""): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Folds a text under its head. */
export function details(head: string, text: string): string {
  return `<details><summary>${escapeText(head)}</summary>\n\n${codeBlock(text)}\n</details>`;
}
