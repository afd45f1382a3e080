import { readFileSync } from "node:fs";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, onTestFinished, test, vi } from "vitest";
import { appendSummary, type Card, fitted, markdownOf } from "./card.ts";
import { fold } from "./summary.ts";

const card: Card = {
  ok: false,
  verdict: "web: tried web:4, rolled back after 7 s",
  cause: "Container web exited with code 1",
  fix: "start this image locally.",
  production: "web:3 (unchanged)",
  notes: ["Another deployment was waited for."],
  links: [
    { text: "deployment", address: "https://console.example/d-1?region=x" },
    { text: "logs", address: "https://console.example/logs" },
  ],
  folds: ["", fold("Details", "- more")],
};

test("shows verdict, cause, fix, production, notes and links before what is folded", () => {
  expect(markdownOf(card)).toBe(`### ❌ web: tried web:4, rolled back after 7 s

**Container web exited with code 1**

**Fix:** start this image locally.

**Production now:** web:3 (unchanged)

Another deployment was waited for.

[deployment](https://console.example/d-1?region=x) · [logs](https://console.example/logs)

<details><summary>Details</summary>

- more

</details>`);
});

test("shows a green step that only prepares another one as one line", () => {
  const green = { ok: true, verdict: "Image web pushed", links: card.links ?? [], folds: ["- parts"] };
  expect(markdownOf({ ...green, isLine: true })).toBe(
    '<details><summary>✅ Image web pushed · <a href="https://console.example/d-1?region=x">deployment</a> · <a href="https://console.example/logs">logs</a></summary>\n\n- parts\n\n</details>',
  );
});

test("shows a red step as a card, even if it only prepares another one", () => {
  expect(markdownOf({ ...card, isLine: true })).toBe(markdownOf(card));
});

test("creates no tags, links or images from foreign text", () => {
  const text = "<img src=x> [a](https://evil.example) ![b](c)";
  const foreign = { ok: true, verdict: text, cause: text, fix: text, production: text, notes: [text] };
  const links = [{ text, address: 'https://console.example/"><img src=x>' }];
  for (const markdown of [
    markdownOf({ ...foreign, links }),
    markdownOf({ isLine: true, ...foreign, links }),
  ]) {
    expect(markdown).not.toContain("<img");
    expect(markdown).not.toMatch(/\]\(https:\/\/evil/);
    expect(markdown).not.toMatch(/href="[^"]*"[^>]/);
  }
  expect(
    markdownOf({
      isLine: true,
      ok: true,
      verdict: "x",
      links: [{ text: "y", address: "javascript:alert(1)" }],
    }),
  ).not.toContain("href");
});

test("keeps the parts as data in the file of ECS_DELIVERY_SUMMARY, next to their Markdown", async () => {
  const folder = useFolder(onTestFinished);
  const [markdown, data] = [join(folder, "summary.md"), join(folder, "summary.jsonl")];
  vi.stubEnv("GITHUB_STEP_SUMMARY", markdown);
  vi.stubEnv("ECS_DELIVERY_SUMMARY", data);
  onTestFinished(() => void vi.unstubAllEnvs());
  const chart = { title: "Slices", slices: [["a", 1]] } as const;
  await appendSummary(card, "- text");
  await appendSummary({ head: "Cost", parts: [chart] });
  const lines = readFileSync(data, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([card, "- text", { head: "Cost", parts: [chart] }]);
  expect(readFileSync(markdown, "utf8")).toBe(
    `${markdownOf(card, "- text")}\n\n<details><summary>Cost</summary>\n\n\`\`\`mermaid\npie showData title Slices\n  "a" : 1.00\n\`\`\`\n\n</details>\n\n`,
  );
});

test.each([
  ["that fits", 39, "### é\n\n<details>a</details>\n\n<details>"],
  ["of one byte more, without its last section", 38, "### é\n\n<details>a</details>…"],
  ["whose first section is too long, within a character", 8, "### …"],
  ["without room", 0, ""],
])("shortens Markdown %s", (_, room, expected) => {
  expect(fitted("### é\n\n<details>a</details>\n\n<details>", room, "…")).toBe(expected);
  expect(Buffer.byteLength(expected)).toBeLessThanOrEqual(room);
});

test("stays below GitHub's limit of a step's summary, whatever several parts hold", async () => {
  const folder = useFolder(onTestFinished);
  vi.stubEnv("GITHUB_STEP_SUMMARY", join(folder, "summary.md"));
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const length of [1_000, 2_000_000])
    await appendSummary({ ...card, folds: [fold("Log", "é".repeat(length))] });
  const text = readFileSync(join(folder, "summary.md"), "utf8");
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024);
  expect(text).toMatch(/é[\s\S]*### ❌[\s\S]*… The rest is left out/);
});
