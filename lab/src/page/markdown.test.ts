import { expect, it, onTestFinished, vi } from "vitest";
import { flowchart } from "../../../actions/diagram/mermaid.ts";
import { exampleSummaries } from "../../../scripts/pictures/examples.ts";
import { renderMarkdown } from "./markdown.ts";
import { linkOwnPages } from "./own-pages.ts";

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
    "a link in the head of a folded part, below the head",
    '<details><summary>Done · <a href="https://example.com/?a=1&amp;b=2">log</a></summary>\n\nx\n\n</details>',
    '<summary>Done</summary><p><a href="https://example.com/?a=1&amp;b=2" rel="noreferrer">log</a></p>',
  ],
  ["an unknown diagram as text", "```mermaid\nsequenceDiagram\n a->>b: x\n```", "a-&#62;&#62;b: x"],
  ["a flowchart that it cannot read as text", "```mermaid\nflowchart LR\n a==>b\n```", "a==&#62;b"],
  [
    "a chart of lines",
    '```mermaid\nxychart-beta\n  title "Traffic"\n  x-axis "s" 0 --> 6\n  y-axis "per cent" 0 --> 100\n  line [0, 100, 100]\n```',
    '<path stroke="currentColor" d="M0.0 120.0L300.0 0.0L600.0 0.0"></path>',
  ],
  [
    "a chart of bars and lines",
    '```mermaid\n%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#2da44e, #8b949e"}}}}%%\nxychart-beta\n  title "Rate"\n  x-axis "tasks" [1, 2]\n  y-axis "r" 0 --> 10\n  bar [5, 10]\n  line [5, 10]\n```',
    '<rect x="60.0" y="60.0" width="180.0" height="60.0"></rect><rect x="360.0" y="0.0" width="180.0" height="120.0"></rect><path stroke="#8b949e" d="M150.0 60.0L450.0 0.0"></path></svg><figcaption>Rate (0 to 10; tasks: 1, 2)',
  ],
  [
    "a pie as bars",
    '```mermaid\npie showData title US dollars a month\n  "Amazon RDS" : 10\n  "AWS Fargate" : 5.00\n```',
    '<th scope="row">AWS Fargate</th><td><svg class="bar" width="100%" height="8" aria-hidden="true"><rect class="only" height="8" width="50.0%"></rect></svg></td><td align="right">5</td>',
  ],
  ["no comment", "a <!-- hidden --> b", "<p>a  b</p>"],
  ["entities once", "<p>a &amp; b &lt; c & d</p>", "<p>a &amp; b &lt; c &#38; d</p>"],
  ["no end of an element of the page", "x</div></p>", "<p>x&#60;/div&#62;&#60;/p&#62;</p>"],
  ["the end of an element that the text leaves open", "<div>\n\nx", "<p>x</p>\n</div>"],
  ["5,000 quotes in each other", ">".repeat(5000), "<blockquote>"],
  ["160 kB of unfinished tags", "<b ".repeat(53_000), "<p>&lt;b &lt;b "],
  ["160 kB of unfinished tags in a block", `<div>${"<b ".repeat(53_000)}`, "<div>&#60;b &#60;b "],
  ["160 kB of comments that do not end", `<div>${"<!--".repeat(40_000)}`, "<div>&#60;!--&#60;!--"],
  ["160 kB of blank lines in a diagram", `\`\`\`mermaid\n${"\n".repeat(160_000)}`, "<figure><pre>"],
  ["600 kB of starts of addresses", "https:".repeat(100_000), "<p>https:https:"],
  ["120 kB of addresses with open brackets", "http://a.b/(".repeat(10_000), '<a href="http://a.b/" rel='],
  ["more than GitHub takes as text", "<b>".repeat(400_000), "<pre>&#60;b&#62;"],
])("renders %s", (_, text, markup) => {
  expect(linkOwnPages(renderMarkdown(text))).toContain(markup);
});

it("draws the architecture of a plan as frames and cards", () => {
  const mermaid = flowchart({
    frames: [{ id: "vpc", parent: undefined, title: "VPC <shop>" }],
    cards: [
      { id: "a", frame: "vpc", title: "Server & co", details: ["t3.micro"] },
      { id: "b", frame: undefined, title: "Visitors", details: [] },
    ],
    arrows: [{ from: "b", to: "a", label: "HTTP 80", isDashed: true }],
  });
  expect(renderMarkdown(`\`\`\`mermaid\n${mermaid}\n\`\`\``)).toBe(
    '<figure class="flow"><ul><li><b>Visitors</b><br><small>→ Server &#38; co HTTP 80</small></li></ul>' +
      "<div><p><b>VPC &#60;shop&#62;</b></p><ul><li><b>Server &#38; co</b><br><small>t3.micro</small></li></ul></div></figure>",
  );
});

it("draws every diagram of the actions' own summaries", () => {
  // The examples set these.
  for (const name of ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"]) vi.stubEnv(name, "");
  onTestFinished(() => void vi.unstubAllEnvs());
  const diagrams = [...exampleSummaries().values()].filter((markdown) => markdown.includes("```mermaid"));
  expect(diagrams.length).toBeGreaterThan(2);
  for (const markdown of diagrams)
    expect(renderMarkdown(markdown)).not.toContain("which GitHub draws as a diagram");
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
  '```mermaid\nflowchart LR\n  a["<img src=x onerror=alert(1)>#60;script#62;"]\n```',
  '```mermaid\npie title <script>\n  "<script>" : 1\n```',
  "<details title='&#60;script&#62;'>",
])("%s brings no script, style, form or resource", (text) => {
  // Every tag is one of the page's, without attributes but those of links and cells.
  const tags = renderMarkdown(text).match(/<[^>]*>/g) ?? [];
  for (const tag of tags)
    expect(tag).toMatch(
      /^<\/?(p|a|b|ul|li|svg|rect|tr|th|td|tbody|pre|code|details|table|figure|figcaption)( open| href="https:[^"]*" rel="noreferrer"|( (class|scope|width|height|align|aria-hidden)="[\w.%]+")+)?>$/,
    );
});
