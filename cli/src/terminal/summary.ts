import type { Card, Part } from "@ecs-delivery/actions/core/card";
import { wrap } from "@ecs-delivery/program/wrap";
import { renderMarkdown, unfolded } from "./markdown.ts";
import { type Page, plain } from "./style.ts";

/** Renders the parts of a summary as text; folded parts are open. Diagrams, whose figures tables show, are left out. */
export function renderSummary(parts: readonly Part[], page: Page): string {
  return parts
    .map((part) => renderPart(part, page))
    .filter(Boolean)
    .join("\n\n");
}

function renderPart(part: Part, page: Page): string {
  if (typeof part === "string") return renderMarkdown(part, page);
  if ("head" in part) {
    const inner = { columns: page.columns - 2, style: page.style };
    return unfolded(
      `▾ ${plain(part.head)}`,
      part.parts.map((each) => renderPart(each, inner)),
      page.style,
    );
  }
  return "verdict" in part ? renderCard(part, page) : "";
}

function renderCard(card: Card, page: Page): string {
  const { ok, verdict, cause, fix, production, notes = [], body = "", links = [], folds = [] } = card;
  const { columns, style } = page;
  const lines = (text: string) => wrap(plain(text), columns);
  const head = wrap(`${ok === undefined ? "!" : ok ? "✓" : "✗"} ${plain(verdict)}`, columns, 2);
  return [
    head.split("\n").map(style.bold).join("\n"),
    cause && style.bold(lines(cause)),
    fix && lines(`Fix: ${fix}`),
    production && lines(`Production now: ${production}`),
    ...notes.map(lines),
    renderPart(body, page),
    links.map(({ text, address }) => plain(`${text}: ${address}`)).join("\n"),
    renderSummary(folds, page),
  ]
    .filter(Boolean)
    .join("\n\n");
}
