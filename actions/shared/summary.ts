import { appendFile } from "node:fs/promises";

/** Adds GitHub-flavoured markdown to the job summary; outside of a runner there is none, and nothing is written. */
export async function appendSummary(markdown: string): Promise<void> {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file) await appendFile(file, `${markdown.trimEnd()}\n\n`);
}

/** A markdown table; cells are text and are escaped here, once. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function escapeCell(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/\|/g, "\\|").replace(/\n/g, "<br>");
}

/** Text as one line of markdown or of a `<summary>`, where it makes no tags. */
export function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/\n/g, " ");
}

/** A fenced block that the text itself cannot close. */
export function codeBlock(text: string, language = ""): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A text that is folded away under its head. */
export function details(head: string, text: string): string {
  return `<details><summary>${escapeText(head)}</summary>\n\n${codeBlock(text)}\n</details>`;
}
