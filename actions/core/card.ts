import { escapeText, link, linkAddress } from "./summary.ts";

export interface Link {
  readonly text: string;
  readonly address: string;
}

/** Result of a step in the job summary. All texts are escaped here; the parts to fold are markdown. */
export interface Card {
  /** Undefined for a result that needs attention but is not red. */
  readonly ok: boolean | undefined;
  /** Verdict in one line: the subject with its version or revision, and what happened. */
  readonly verdict: string;
  /** Empty when nothing failed. */
  readonly cause?: string | undefined;
  readonly fix?: string | undefined;
  /** Revision that users reach now, such as `customer:3 (unchanged)`. */
  readonly production?: string | undefined;
  /** Notes that a reader needs before unfolding anything. */
  readonly notes?: readonly string[];
  /** Markdown between the notes and the links, such as a table that is the result. */
  readonly body?: string | undefined;
  readonly links?: readonly Link[];
  /** Folded markdown, from `fold`; empty parts are left out. */
  readonly folds?: readonly string[];
}

/** Returns the card of a step that matters to a reader: verdict, cause, fix, production, links, then what is folded. */
export function cardMarkdown({
  ok,
  verdict,
  cause,
  fix,
  production,
  notes,
  body,
  links,
  folds,
}: Card): string {
  return [
    `### ${signOf(ok)} ${escapeText(verdict)}`,
    cause && `**${escapeText(cause)}**`,
    fix && `**Fix:** ${escapeText(fix)}`,
    production && `**Production now:** ${escapeText(production)}`,
    ...(notes ?? []).map(escapeText),
    body,
    linkLine(links),
    ...(folds ?? []),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/**
 * Returns the card of a step that prepares another one: a line while it is green, so that the verdict of the job needs
 * no scrolling.
 */
export function lineMarkdown(card: Card): string {
  if (card.ok !== true) return cardMarkdown(card);
  const { verdict, production, notes = [], body, links = [], folds = [] } = card;
  const anchors = links.map(({ text, address }) => ` · ${anchor(text, address)}`).join("");
  const folded = [
    production && `**Production now:** ${escapeText(production)}`,
    ...notes.map(escapeText),
    body,
    ...folds,
  ];
  return `<details><summary>${signOf(true)} ${escapeText(verdict)}${anchors}</summary>\n\n${folded.filter(Boolean).join("\n\n")}\n\n</details>`;
}

function signOf(ok: boolean | undefined): string {
  return ok === undefined ? "⚠️" : ok ? "✅" : "❌";
}

function linkLine(links: readonly Link[] = []): string {
  return links.map(({ text, address }) => link(text, address).markdown).join(" · ");
}

/** A `<summary>` is HTML, where markdown's own links are not rendered. */
function anchor(text: string, address: string): string {
  const target = linkAddress(address)?.replaceAll("&", "&amp;");
  return target ? `<a href="${target}">${escapeText(text)}</a>` : escapeText(text);
}
