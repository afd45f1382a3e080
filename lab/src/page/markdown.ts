import MarkdownIt from "markdown-it";
import { escapeHtml } from "../../../live/browser/html.mjs";
import { drawMermaid } from "./mermaid.ts";

/** Elements of job summaries. Attributes are never kept, so that no summary brings a style, script or address. */
const allowed =
  /^(details|summary|br|hr|sub|sup|kbd|b|i|em|strong|code|p|div|h[1-6]|ul|ol|li|table|thead|tbody|tr|th|td)$/;

/** Links to pages, as the one-line cards of actions have them in a summary element, where Markdown is not rendered. */
const anchor = /^<a href="(https?:\/\/[^\s<>"]+)">$/;

/** How many elements of each name a summary has open: it closes these, and none of the page. */
type Open = Map<string, number>;

/** Escapes text of a markup, where an entity is escaped already. */
const escapeText = (text: string) => text.replace(/&(?!#?\w+;)|[<>"']/g, (found) => escapeHtml(found));

/** Escapes a tag, except for links to pages and tags that only structure text; `open` is kept on details. */
function safeTag(tag: string, open: Open): string {
  const [, end = "", written = ""] = /^<(\/?)(\w*)/.exec(tag) ?? [];
  const name = written.toLowerCase();
  const href = anchor.exec(tag)?.[1];
  const count = open.get(name) ?? 0;
  if (end ? count === 0 : href === undefined && !allowed.test(name)) return escapeText(tag);
  if (name !== "br" && name !== "hr") open.set(name, count + (end ? -1 : 1));
  if (href) return `<a href="${escapeText(href)}" rel="noreferrer">`;
  return `<${end}${name}${name === "details" && /\sopen\b/.test(tag) ? " open" : ""}>`;
}

/** Takes time in proportion to the text, as each part ends where the next tag or comment begins. */
function safeTags(markup: string, open: Open): string {
  const visible = markup
    .split("-->")
    .map((part, index, parts) => (index < parts.length - 1 ? part.split("<!--", 1)[0] : part))
    .join("");
  const parts = visible.split(/(<[^<>]*>)/);
  const structured = parts
    .map((part, index) => (index % 2 ? safeTag(part, open) : escapeText(part)))
    .join("");
  return structured.split("<summary>").map(moveLinks).join("<summary>");
}

const linkInHead = /(?: · )?(<a [^<>]*>[^<>]*<\/a>)/g;

/** Moves links out of the head of a folded part: a head is a button, in which a link cannot be reached by keyboard. */
function moveLinks(part: string, index: number): string {
  const end = part.indexOf("</summary>");
  const head = part.slice(0, end);
  const links = Array.from(head.matchAll(linkInHead), ([, each]) => each);
  if (index === 0 || end < 0 || links.length === 0) return part;
  return `${head.replace(linkInHead, "")}</summary><p>${links.join(" · ")}</p>${part.slice(end + "</summary>".length)}`;
}

const markdown = new MarkdownIt({ html: true, linkify: true });
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
// The inline rule finds the addresses of pages. This one finds others, and reads the text again at each.
markdown.core.ruler.disable("linkify");
const { matchAtStart } = markdown.linkify;
// It reads all of the text for the end of each open bracket.
markdown.linkify.matchAtStart = (text) => matchAtStart.call(markdown.linkify, text.slice(0, longestAddress));
// The rules below decide.
markdown.validateLink = () => true;

/** Only addresses of pages; a script, a file or data is no link. */
function linkTo(href: string | null | undefined): string {
  return href && /^https?:\/\//i.test(href) ? `<a href="${escapeHtml(href)}" rel="noreferrer">` : "<a>";
}

/** The page's policy forbids the style attribute, by which the library aligns. */
function alignedCell(tag: string, style: string | null | undefined): string {
  const align = /^text-align:(left|center|right)$/.exec(style ?? "")?.[1];
  return align ? `<${tag} align="${align}">` : `<${tag}>`;
}

function fence(text: string, language: string | undefined): string {
  const code = `<pre><code>${escapeHtml(text)}</code></pre>`;
  if (language !== "mermaid") return code;
  return (
    drawMermaid(text) ??
    `<figure>${code}<figcaption>Mermaid, which GitHub draws as a diagram</figcaption></figure>`
  );
}

Object.assign(markdown.renderer.rules, {
  html_block: (tokens, index, _, open: Open) => safeTags(tokens[index]?.content ?? "", open),
  html_inline: (tokens, index, _, open: Open) => safeTags(tokens[index]?.content ?? "", open),
  link_open: (tokens, index) => linkTo(tokens[index]?.attrGet("href")),
  // The page loads nothing from other hosts.
  image: (tokens, index) =>
    `${linkTo(tokens[index]?.attrGet("src"))}${escapeHtml(tokens[index]?.content ?? "")}</a>`,
  th_open: (tokens, index) => alignedCell("th", tokens[index]?.attrGet("style")),
  td_open: (tokens, index) => alignedCell("td", tokens[index]?.attrGet("style")),
  fence: (tokens, index) => fence(tokens[index]?.content ?? "", tokens[index]?.info.trim()),
} satisfies typeof markdown.renderer.rules);

/**
 * Renders a job summary as GitHub does, in time in proportion to its length, for any text: the markup has no script,
 * style or resource. A summary of more than 1 MiB, or one that cannot be rendered, is shown as text.
 */
export function renderMarkdown(text: string): string {
  const open: Open = new Map();
  try {
    if (text.length > mostLength) throw new RangeError("the summary is too long");
    const rendered = markdown.render(text, open);
    return rendered + [...open].map(([name, count]) => `</${name}>`.repeat(count)).join("");
  } catch {
    return `<pre>${escapeHtml(text.slice(0, mostLength))}</pre>`;
  }
}

const longestAddress = 1000;

/** GitHub's limit for the summary of a step. */
const mostLength = 2 ** 20;
