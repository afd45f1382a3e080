import { Marked, type Tokens } from "marked";
import { escapeHtml } from "../../../live/browser/html.mjs";
import { drawMermaid } from "./mermaid.ts";

/** Elements of job summaries. Attributes are never kept, so that no summary brings a style, script or address. */
const allowed =
  "details|summary|br|hr|sub|sup|kbd|b|i|em|strong|code|p|div|h[1-6]|ul|ol|li|table|thead|tbody|tr|th|td";
const tag = new RegExp(`&#60;(/?)(${allowed})(?:\\s[^<>]*?)?(/?)&#62;`, "gi");

/** Links to pages, as the one-line cards of actions have them in a summary element, where Markdown is not rendered. */
const anchor = /&#60;a href=&#34;(https?:\/\/(?:[^\s<>&]|&#38;)+)&#34;&#62;/g;

/** Escapes markup, except for links to pages and tags that only structure text; `open` is kept on details. */
function safeTags(markup: string): string {
  const visible = markup.replace(/<!--.*?-->/gs, "");
  const linked = escapeHtml(visible)
    .replace(
      anchor,
      (_, href: string) => `<a href="${href.replaceAll("&#38;amp;", "&#38;")}" rel="noreferrer">`,
    )
    .replaceAll("&#60;/a&#62;", "</a>");
  const structured = linked.replace(tag, (whole, end: string, name: string) => {
    const open = name.toLowerCase() === "details" && /\sopen\b/.test(whole) ? " open" : "";
    return `<${end}${name}${open}>`;
  });
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

/** Only addresses of pages; a script, a file or data is shown as text. */
const isPage = (href: string) => /^https?:\/\//i.test(href);

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => safeTags(text),
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return isPage(href) ? `<a href="${escapeHtml(href)}" rel="noreferrer">${text}</a>` : text;
    },
    // The page loads nothing from other hosts.
    image: ({ href, text }) =>
      isPage(href)
        ? `<a href="${escapeHtml(href)}" rel="noreferrer">${escapeHtml(text || href)}</a>`
        : escapeHtml(text),
    code({ text, lang }) {
      const code = `<pre><code>${escapeHtml(text)}</code></pre>`;
      if (lang !== "mermaid") return code;
      return (
        drawMermaid(text) ??
        `<figure>${code}<figcaption>Mermaid, which GitHub draws as a diagram</figcaption></figure>`
      );
    },
  },
});

/** Renders a job summary as GitHub does. Whatever the text is, the markup has no script, style or resource. */
export function renderMarkdown(text: string): string {
  return marked.parse(text, { async: false });
}
