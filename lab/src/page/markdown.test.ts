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
    "a link in the head of a folded part",
    '<details><summary>Done · <a href="https://example.com/?a=1&amp;b=2">log</a></summary>\n\nx\n\n</details>',
    '<summary>Done · <a href="https://example.com/?a=1&#38;b=2" rel="noreferrer">log</a></summary>',
  ],
  ["a diagram as text", "```mermaid\nflowchart LR\n a-->b\n```", "a--&#62;b"],
  [
    "a chart of lines",
    '```mermaid\nxychart-beta\n  title "Traffic"\n  x-axis "s" 0 --> 6\n  y-axis "per cent" 0 --> 100\n  line [0, 100, 100]\n```',
    '<path d="M0.0 120.0L300.0 0.0L600.0 0.0"></path>',
  ],
  ["no comment", "a <!-- hidden --> b", "<p>a  b</p>"],
])("renders %s", (_, text, markup) => {
  expect(renderMarkdown(text)).toContain(markup);
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
  '```mermaid\nxychart-beta\n  line ["><script>]\n```',
  "<details title='&#60;script&#62;'>",
])("%s brings no script, style, form or resource", (text) => {
  // Every tag is one of the page's, without attributes but those of links and cells.
  const tags = renderMarkdown(text).match(/<[^>]*>/g) ?? [];
  for (const tag of tags)
    expect(tag).toMatch(
      /^<\/?(p|a|pre|code|details|table|figure|figcaption)( open| href="https:[^"]*" rel="noreferrer")?>$/,
    );
});
