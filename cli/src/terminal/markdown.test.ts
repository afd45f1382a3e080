import { expect, it } from "vitest";
import { renderMarkdown } from "./markdown.ts";
import { openTerminal } from "./style.ts";
import { renderSummary } from "./summary.ts";

const page = (env: NodeJS.ProcessEnv, columns = 40) => ({ ...openTerminal(process.stdout, env), columns });
const render = (markdown: string, columns?: number) =>
  renderMarkdown(markdown, page({ NO_COLOR: "1" }, columns));

it.each([
  ["heading", "### ✅ web: succeeded", "✓ web: succeeded"],
  ["emphasis", "**Bold** and _thin_, not a_b_c", "Bold and thin, not a_b_c"],
  ["code", "run `a **b** <c>`", "run a **b** <c>"],
  ["link", "see [the log](https://a.example/x)", "see the log (https://a.example/x)"],
  ["address", "<https://a.example>", "https://a.example"],
  ["picture", "![two tasks](https://a.example/x.svg)", "two tasks"],
  ["entities", "a &lt;b&gt; &amp;lt; &#91;c&#93; &#124;", "a <b> &lt; [c] |"],
  ["tags", '<sub>a</sub><img src="x"> b', "a b"],
  ["break", "a<br>b", "a\nb"],
  ["escapes of a terminal", "a\u001b[31mb&#27;[2Jc\u0007", "ab\ufffd[2Jc"],
  ["list", "- one\n- two\n  1. three\n- [x] four", "• one\n• two\n  1. three\n☑ four"],
  ["quote", "> [!NOTE]\n> Read this.", "│ NOTE\n│ Read this."],
  ["code block", "```diff\n- a\n+ *b*\n```", "│ - a\n│ + *b*"],
  ["open code block", "```\na", "│ a"],
  ["diagram", "a\n\n```mermaid\npie\n```\n\nb", "a\n\nb"],
  ["long text", "word ".repeat(12).trim(), `${"word ".repeat(8).trim()}\n${"word ".repeat(4).trim()}`],
])("shows a %s", (_, markdown, text) => {
  expect(render(markdown)).toBe(text);
});

it("shows folded parts open, also inside each other, and none that holds only a diagram", () => {
  const inner = "<details><summary>Log</summary>\n\n```\nstarted\n```\n</details>";
  const drawn = "<details><summary>Architecture</summary>\n\n```mermaid\npie\n```\n\n</details>";
  expect(
    render(`<details open><summary>Tasks &lt;2&gt;</summary>\n\nTwo.\n\n${inner}\n\n</details>\n\n${drawn}`),
  ).toBe("▾ Tasks <2>\n  Two.\n\n  ▾ Log\n    │ started");
});

it.each([
  ["quotes inside each other", `${">".repeat(20)} end`],
  ["folded parts inside each other", `${"<details>\n".repeat(5_000)}end`],
  ["100,000 blank lines", `${"\n".repeat(100_000)}end`],
  ["150,000 rows of a table", `|a|\n|-|\n${"|b|\n".repeat(150_000)}|end|`],
])("shows %s", (_, markdown) => {
  expect(render(markdown)).toContain("end");
});

it("aligns a table, and leaves out empty titles and columns", () => {
  expect(render("| Event | Time | |\n| --- | ---: | --- |\n| Install | 12 s | |\n| Allow | 3 s | |")).toBe(
    "Event    Time\n───────  ────\nInstall  12 s\nAllow     3 s",
  );
  expect(render("|  |  |\n| --- | --- |\n| Image | web&#124;x |")).toBe("Image  web|x");
});

it("breaks the cells of a table that is too wide, long words too", () => {
  const rows = `| sha256:${"a".repeat(30)} | it is not there at all |`;
  const text = render(`| Image | Cause |\n| --- | --- |\n${rows}`, 30);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(30);
  expect(text.replace(/\s+/g, "")).toContain("aaaa");
});

it("aligns what follows a coloured cell", () => {
  const table = "| | |\n|---|---|\n| `a` | b |\n| aaa | b |";
  const [first, second] = renderMarkdown(table, page({ FORCE_COLOR: "1" })).split("\n");
  expect(first).toBe("\u001b[36ma\u001b[39m    b");
  expect(second).toBe("aaa  b");
});

it("shows a card with its folded parts open, and leaves out diagrams", () => {
  const pie = { title: "Cost", slices: [["a", 1]] } as const;
  const card = {
    ok: false,
    verdict: "web: tried web:4, which did not\u001b[2J start",
    cause: "It crashed",
    fix: "correct it.",
    production: "web:3",
    notes: ["A note"],
    body: "**4** of 5",
    links: [{ text: "logs", address: "https://a.example/?a=1" }],
    folds: ["", { head: "More", parts: [pie, "- one"] }, { head: "Chart", parts: [pie] }],
  };
  expect(renderSummary([card, pie], page({ NO_COLOR: "1" }))).toBe(
    [
      "✗ web: tried web:4, which did not start\n\nIt crashed\n\nFix: correct it.\n\nProduction now: web:3",
      "A note\n\n4 of 5\n\nlogs: https://a.example/?a=1\n\n▾ More\n  • one",
    ].join("\n\n"),
  );
});
