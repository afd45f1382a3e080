import { escapeHtml, Html } from "@ecs-delivery/live/browser/html";
import MarkdownIt from "markdown-it";

/** Elements of job summaries. Attributes are never kept, so that no summary brings a style, script or address. */
const allowed =
  /^(details|summary|br|hr|sub|sup|kbd|b|i|em|strong|code|p|div|h[1-6]|ul|ol|li|table|thead|tbody|tr|th|td)$/;

const anchor = /^<a href="(https?:\/\/[^\s<>"]+)">$/;

interface Rendering {
  /** How many elements of each name the text has open: it closes these, and none of the page. */
  readonly open: Map<string, number>;
  /** Returns the address of a link for this page; "" for none. */
  readonly linkOf: (address: string) => string;
}

/** Escapes text of a markup, where an entity is escaped already. */
const escapeText = (text: string) => text.replace(/&(?!#?\w+;)|[<>"']/g, (found) => escapeHtml(found));

/** Escapes a tag, except for links to pages and tags that only structure text; `open` is kept on details. */
function safeTag(tag: string, { open, linkOf }: Rendering): string {
  const [, end = "", written = ""] = /^<(\/?)(\w*)/.exec(tag) ?? [];
  const name = written.toLowerCase();
  const href = anchor.exec(tag)?.[1];
  const count = open.get(name) ?? 0;
  if (end ? count === 0 : href === undefined && !allowed.test(name)) return escapeText(tag);
  if (name !== "br" && name !== "hr") open.set(name, count + (end ? -1 : 1));
  if (href) return linkTo(href.replaceAll("&amp;", "&"), linkOf);
  return `<${end}${name}${name === "details" && /\sopen\b/.test(tag) ? " open" : ""}>`;
}

/** Takes time in proportion to the text, as each part ends where the next tag or comment begins. */
function safeTags(markup: string, rendering: Rendering): string {
  const visible = markup
    .split("-->")
    .map((part, index, parts) => (index < parts.length - 1 ? part.split("<!--", 1)[0] : part))
    .join("");
  return visible
    .split(/(<[^<>]*>)/)
    .map((part, index) => (index % 2 ? safeTag(part, rendering) : escapeText(part)))
    .join("");
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

/** Only addresses of pages are links: no script, file or data. */
function linkTo(address: string | null | undefined, linkOf: Rendering["linkOf"]): string {
  const href = address && /^https?:\/\//i.test(address) ? linkOf(address) : "";
  return href ? `<a href="${escapeHtml(href)}" rel="noreferrer">` : "<a>";
}

/** The page's policy forbids the style attribute, by which the library aligns. */
function alignedCell(tag: string, style: string | null | undefined): string {
  const align = /^text-align:(left|center|right)$/.exec(style ?? "")?.[1];
  return align ? `<${tag} align="${align}">` : `<${tag}>`;
}

Object.assign(markdown.renderer.rules, {
  html_block: (tokens, index, _, rendering) => safeTags(tokens[index]?.content ?? "", rendering),
  html_inline: (tokens, index, _, rendering) => safeTags(tokens[index]?.content ?? "", rendering),
  link_open: (tokens, index, _, { linkOf }) => linkTo(tokens[index]?.attrGet("href"), linkOf),
  // The page loads nothing from other hosts.
  image: (tokens, index, _, { linkOf }) =>
    `${linkTo(tokens[index]?.attrGet("src"), linkOf)}${escapeHtml(tokens[index]?.content ?? "")}</a>`,
  th_open: (tokens, index) => alignedCell("th", tokens[index]?.attrGet("style")),
  td_open: (tokens, index) => alignedCell("td", tokens[index]?.attrGet("style")),
  fence: (tokens, index) => `<pre><code>${escapeHtml(tokens[index]?.content ?? "")}</code></pre>`,
} satisfies typeof markdown.renderer.rules);

/**
 * Renders Markdown as GitHub does, in time in proportion to its length, for any text: the markup has no script, style
 * or resource. A text of more than 1 MiB, or one that cannot be rendered, is shown as it is.
 */
export function renderMarkdown(text: string, linkOf = (address: string) => address): Html {
  const open = new Map<string, number>();
  try {
    if (text.length > mostLength) throw new RangeError("the text is too long");
    const rendered = markdown.render(text, { open, linkOf } satisfies Rendering);
    return new Html(rendered + [...open].map(([name, count]) => `</${name}>`.repeat(count)).join(""));
  } catch {
    return new Html(`<pre>${escapeHtml(text.slice(0, mostLength))}</pre>`);
  }
}

const longestAddress = 1000;

/** GitHub's limit for the summary of a step. */
const mostLength = 2 ** 20;
