import { expect, it } from "vitest";
import { renderMarkdown } from "./markdown.ts";

it.each([
  ["a heading", "## Done", "<h2>Done</h2>"],
  ["a table", "| a | b |\n|---|--:|\n| 1 | 2 |", '<td align="right">2</td>'],
  [
    "a folded part",
    "<details open><summary>More</summary>\n\n**bold**\n\n</details>",
    "<strong>bold</strong>",
  ],
  ["the state of a folded part", '<details class="x" open>\n', "<details open>"],
  ["a link", "[log](https://example.com/?a=1&b=2)", 'href="https://example.com/?a=1&#38;b=2"'],
  [
    "a link of HTML",
    '<p><a href="https://example.com/?a=1&amp;b=2">log</a></p>',
    '<p><a href="https://example.com/?a=1&#38;b=2" rel="noreferrer">log</a></p>',
  ],
  [
    "a diagram as text",
    '```mermaid\npie\n  "a" : 1\n```',
    "<pre><code>pie\n  &#34;a&#34; : 1\n</code></pre>",
  ],
  ["no comment", "a <!-- hidden --> b", "<p>a  b</p>"],
  ["entities once", "<p>a &amp; b &lt; c & d</p>", "<p>a &amp; b &lt; c &#38; d</p>"],
  ["no end of an element of the page", "x</div></p>", "<p>x&#60;/div&#62;&#60;/p&#62;</p>"],
  ["the end of an element that the text leaves open", "<div>\n\nx", "<p>x</p>\n</div>"],
  ["5,000 quotes in each other", ">".repeat(5000), "<blockquote>"],
  ["160 kB of unfinished tags", "<b ".repeat(53_000), "<p>&lt;b &lt;b "],
  ["160 kB of unfinished tags in a block", `<div>${"<b ".repeat(53_000)}`, "<div>&#60;b &#60;b "],
  ["160 kB of comments that do not end", `<div>${"<!--".repeat(40_000)}`, "<div>&#60;!--&#60;!--"],
  ["600 kB of starts of addresses", "https:".repeat(100_000), "<p>https:https:"],
  ["120 kB of addresses with open brackets", "http://a.b/(".repeat(10_000), '<a href="http://a.b/" rel='],
  ["more than GitHub takes as text", "<b>".repeat(400_000), "<pre>&#60;b&#62;"],
])("renders %s", (_, text, markup) => {
  expect(renderMarkdown(text).markup).toContain(markup);
});

it.each([
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<p onclick=alert(1) style='position:fixed'>x</p>",
  "<a href='javascript:alert(1)'>x</a>",
  '<a href="javascript:alert(1)">x</a>',
  '<a href="https://example.com/" onclick="alert(1)">x</a>',
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  '![x" onerror="alert(1)](https://example.com/x.png)',
  "![x](https://example.com/x.png)",
  "<details ontoggle=alert(1) open>",
  "<iframe src=https://example.com></iframe><form action=/operate>",
  "`<script>`",
  "```html\n<script>alert(1)</script>\n```",
  "<style>*{display:none}</style>",
  "<details title='&#60;script&#62;'>",
])("%s brings no script, style, form or resource", (text) => {
  // Every tag is one of the page's, without attributes but those of links.
  const tags = renderMarkdown(text).markup.match(/<[^>]*>/g) ?? [];
  for (const tag of tags)
    expect(tag).toMatch(/^<\/?(p|a|pre|code|details)( open| href="https:[^"]*" rel="noreferrer")?>$/);
});
