import { existsSync, statSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { type Diagram, diagramMarkdown } from "./diagrams.ts";
import { escapeText, fold, link, linkAddress } from "./summary.ts";

/** A part of a summary: Markdown, or data of which Markdown, a terminal and a page are views. */
export type Part = string | Card | Fold | Diagram;

export interface Link {
  readonly text: string;
  readonly address: string;
}

/** Result of a step. Its texts may be foreign: each view escapes them. */
export interface Card {
  /** Is undefined for a result that needs attention but is not red. */
  readonly ok: boolean | undefined;
  /** Verdict in one line: the subject with its version or revision, and what happened. */
  readonly verdict: string;
  /** Whether the step prepares another one: a green card is one line, so that the job's verdict needs no scrolling. */
  readonly isLine?: boolean;
  /** Empty when nothing failed. */
  readonly cause?: string | undefined;
  readonly fix?: string | undefined;
  /** Revision that users reach now, such as `customer:3 (unchanged)`. */
  readonly production?: string | undefined;
  /** Notes that a reader needs before unfolding anything. */
  readonly notes?: readonly string[];
  /** Part between the notes and the links, such as a table that is the result. */
  readonly body?: Part | undefined;
  readonly links?: readonly Link[];
  /** Folded parts; empty ones are left out. */
  readonly folds?: readonly Part[];
}

/** Parts under a head that unfolds them. */
export interface Fold {
  readonly head: string;
  readonly parts: readonly Part[];
}

/** A process can run several steps after each other: a test does. */
let writtenTo: string | undefined;

const summaryFile = () => process.env.GITHUB_STEP_SUMMARY ?? "";

/** Returns whether this step has a summary. */
export function hasSummary(): boolean {
  return writtenTo === summaryFile();
}

/** GitHub drops a step's whole summary above 1 MiB (GitHub docs, "Step isolation and limits" of job summaries). */
const mostBytes = 1024 * 1024;
const left = "\n\n… The rest is left out: GitHub shows at most 1 MiB of a step's summary.\n\n";

/**
 * Returns Markdown of at most `room` bytes, and what says that the rest is left out. Keeps whole sections, so that no
 * table, fence or fold is left open; a part of the first when it alone is too long.
 */
export function fitted(markdown: string, room: number, note: string): string {
  if (Buffer.byteLength(markdown) <= room) return markdown;
  const space = room - Buffer.byteLength(note);
  if (space < 0) return "";
  // A character that is cut in two would become a sign of three bytes.
  const cut = (text: string, bytes: number) => Buffer.from(text).subarray(0, bytes).toString();
  const start = cut(markdown, space).replace(/\ufffd$/, "").length;
  const end = Math.max(...["\n\n### ", "\n\n<details>"].map((head) => markdown.lastIndexOf(head, start)));
  return markdown.slice(0, end > 0 ? end : start) + note;
}

/**
 * Adds parts to the job summary as GitHub-flavoured Markdown, and to the file that ECS_DELIVERY_SUMMARY names as lines
 * of JSON. Writes nothing where a variable is not set.
 */
export async function appendSummary(...parts: readonly Part[]): Promise<void> {
  const file = summaryFile();
  writtenTo = file;
  const size = file && existsSync(file) ? statSync(file).size : 0;
  if (file) await appendFile(file, fitted(`${markdownOf(...parts).trimEnd()}\n\n`, mostBytes - size, left));
  const data = process.env.ECS_DELIVERY_SUMMARY;
  if (data) await appendFile(data, parts.map((part) => `${JSON.stringify(part)}\n`).join(""));
}

/** Returns the Markdown view of parts. */
export function markdownOf(...parts: readonly Part[]): string {
  return parts.map(partMarkdown).filter(Boolean).join("\n\n");
}

function partMarkdown(part: Part): string {
  if (typeof part === "string") return part;
  if ("head" in part) return fold(part.head, markdownOf(...part.parts));
  if (!("verdict" in part)) return diagramMarkdown(part);
  return part.isLine && part.ok ? lineMarkdown(part) : cardMarkdown(part);
}

/** Verdict, cause, fix, production and links come before what is folded. */
function cardMarkdown({ ok, verdict, cause, fix, links = [], folds = [], ...card }: Card): string {
  return markdownOf(
    `### ${signOf(ok)} ${escapeText(verdict)}`,
    cause ? `**${escapeText(cause)}**` : "",
    fix ? `**Fix:** ${escapeText(fix)}` : "",
    ...middleOf(card),
    links.map(({ text, address }) => link(text, address).markdown).join(" · "),
    ...folds,
  );
}

function lineMarkdown({ verdict, links = [], folds = [], ...card }: Card): string {
  const anchors = links.map(({ text, address }) => ` · ${anchor(text, address)}`).join("");
  const folded = markdownOf(...middleOf(card), ...folds);
  return `<details><summary>${signOf(true)} ${escapeText(verdict)}${anchors}</summary>\n\n${folded}\n\n</details>`;
}

function middleOf({
  production,
  notes = [],
  body = "",
}: Pick<Card, "production" | "notes" | "body">): Part[] {
  return [production ? `**Production now:** ${escapeText(production)}` : "", ...notes.map(escapeText), body];
}

function signOf(ok: boolean | undefined): string {
  return ok === undefined ? "⚠️" : ok ? "✅" : "❌";
}

/** A `<summary>` is HTML, where markdown's own links are not rendered. */
function anchor(text: string, address: string): string {
  const target = linkAddress(address)?.replaceAll("&", "&amp;");
  return target ? `<a href="${target}">${escapeText(text)}</a>` : escapeText(text);
}
