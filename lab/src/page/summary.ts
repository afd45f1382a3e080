import type { Card, Link, Part } from "@ecs-delivery/actions/core/card";
import { type Html, html } from "@ecs-delivery/live/browser/html";
import { drawDiagram } from "./diagrams.ts";
import { renderMarkdown } from "./markdown.ts";
import { pageOf } from "./own-pages.ts";

/** Returns the markup of a job's summary. Its links lead to the lab's own pages where they show the same. */
export function renderSummary(parts: readonly Part[]): string {
  const addresses = parts.flatMap((part) => linksIn(part).map(({ address }) => pageOf(address)));
  const home = addresses.find((page) => page?.startsWith("/services/")) ?? "/";
  const linkOf = (address: string) => {
    const page = pageOf(address) ?? address;
    return page === "/" ? home : page;
  };
  return parts.map((part) => renderPart(part, linkOf).markup).join("\n");
}

/** Returns an address for the browser; "" for what was rehearsed and exists nowhere. */
type LinkOf = (address: string) => string;

const linksIn = (part: Part): readonly Link[] =>
  typeof part === "object" && part && "verdict" in part && Array.isArray(part.links) ? part.links : [];

function renderPart(part: Part, linkOf: LinkOf): Html {
  try {
    return viewOf(part, linkOf);
  } catch {
    // Any step can write into the file of the parts.
    return html`<pre>${JSON.stringify(part)}</pre>`;
  }
}

function viewOf(part: Part, linkOf: LinkOf): Html {
  if (typeof part === "string") return renderMarkdown(part, linkOf);
  if ("head" in part) return fold(part.head, renderParts(part.parts, linkOf));
  return "verdict" in part ? renderCard(part, linkOf) : drawDiagram(part);
}

const renderParts = (parts: readonly Part[], linkOf: LinkOf) =>
  parts.filter(Boolean).map((part) => renderPart(part, linkOf));

const fold = (head: unknown, content: unknown) =>
  html`<details><summary>${head}</summary>${content}</details>`;

const signs = {
  true: ["✓", "good", "success"],
  false: ["✗", "bad", "failure"],
  undefined: ["!", "busy", "attention"],
} as const;

function renderCard(card: Card, linkOf: LinkOf): Html {
  const { ok, verdict, cause, fix, production, notes = [], body = "", links = [], folds = [] } = card;
  const [sign, colour, label] = signs[`${ok}` as keyof typeof signs];
  const head = html`<span class="mark ${colour}" role="img" aria-label="${label}">${sign}</span> ${verdict}`;
  const anchors = links.map(
    ({ text, address }, index) => html`${index > 0 && " · "}${anchor(text, linkOf(address))}`,
  );
  const content = html`${production && html`<p><strong>Production now:</strong> ${production}</p>`}
${notes.map((note) => html`<p>${note}</p>`)}${renderParts([body], linkOf)}
${anchors.length > 0 && html`<p>${anchors}</p>`}${renderParts(folds, linkOf)}`;
  // A head is a button, in which no link can be reached by keyboard.
  if (card.isLine && ok) return fold(head, content);
  return html`<h3>${head}</h3>${cause && html`<p><strong>${cause}</strong></p>`}${fix && html`<p><strong>Fix:</strong> ${fix}</p>`}${content}`;
}

/** Only addresses of pages are links. */
const anchor = (text: string, address: string) =>
  /^(https?:\/\/|\/(?!\/))/i.test(address)
    ? html`<a href="${address}" rel="noreferrer">${text}</a>`
    : html`<a>${text}</a>`;
