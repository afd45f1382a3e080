import { expect, test } from "vitest";
import { findingsList } from "./findings.ts";
import { codeBlock, details, escapeText, foldChanges, link, markdownTable } from "./summary.ts";

const hostile = [
  "![](https://evil.example/pixel)",
  "[Fix it here](https://evil.example)",
  "\\[x\\](https://evil.example) \\![y](z)",
  "[ref][id]\r[id]: https://evil.example",
  "<img src=https://evil.example><https://evil.example>",
  "| a | [b](c) |\r\n| [d](e) |",
  "\u001b[31m[x](y)\u001b[0m\u0007\u202e",
];

/** A link or an image needs a bracket, a tag its sign. */
const markup = /[[\]]|<(?!br>)/;

test.each(hostile)("makes no link, image or tag from %j in the summary", (text) => {
  expect(escapeText(text)).not.toMatch(markup);
  expect(escapeText(text)).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(codeBlock(text)).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  expect(findingsList([{ text, fix: text }])).not.toMatch(markup);
  const [, , row = "", ...more] = markdownTable(["x"], [[text]]).split("\n");
  expect(more).toEqual([]);
  expect(row.slice(2, -2)).not.toMatch(/[[\]|\r]|<(?!br>)/);
});

test("does not let a text close its own block or fold", () => {
  const text = "```\n</details>[x](y)";
  expect(codeBlock(text)).toBe(`\`\`\`\`\n${text}\n\`\`\`\``);
  expect(details("<b>[x](y)", text)).toContain("<summary>&lt;b>&#91;x&#93;(y)</summary>");
});

test.each([
  ["CVE-1", "https://a.example/x)[y](|<b>", "[CVE-1](https://a.example/x%29%5By%5D%28%7C%3Cb%3E)"],
  ["[a](b)", "https://a.example/", "[&#91;a&#93;(b)](https://a.example/)"],
  ["CVE-1", "javascript:alert(1)", "CVE-1"],
  ["CVE-1", "", "CVE-1"],
])("renders a link of %s to %s as %s", (text, address, expected) => {
  expect(link(text, address)).toEqual({ markdown: expected });
});

test("aligns columns of figures to the right, even with blank cells", () => {
  const rows = [
    ["a", "1,234", "−$3.65", "3 min 5 s", "12.5 %", "2 of 3"],
    ["b", "–", "**$0.40**", "850 ms", "", "3"],
  ];
  const [, rule] = markdownTable(["Name", "Count", "Cost", "Time", "Share", "Text"], rows).split("\n");
  expect(rule).toBe("| --- | ---: | ---: | ---: | ---: | --- |");
});

test("counts the differences of a list with more than fifty, and shows those of others", () => {
  const variables = (count: number, list: string) =>
    Array.from({ length: count }, (_, index) => `${"+-~"[index % 3]} ${list}[V${index}].value: "[1]"`);
  const fifty = variables(50, "containerDefinitions[web].secrets");
  expect(
    foldChanges([...fifty, ...variables(1_000, "containerDefinitions[web].environment"), '~ cpu: "1"']),
  ).toEqual([
    ...fifty,
    "~ containerDefinitions[web].environment: 1,000 changes (334 added, 333 removed, 333 changed)",
    '~ cpu: "1"',
  ]);
});
