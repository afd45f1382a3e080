import { expect, test } from "vitest";
import { type Card, cardMarkdown, lineMarkdown } from "./card.ts";
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
  expect(cardMarkdown(card)).toBe(`### ❌ web: tried web:4, rolled back after 7 s

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
  expect(lineMarkdown(green)).toBe(
    '<details><summary>✅ Image web pushed · <a href="https://console.example/d-1?region=x">deployment</a> · <a href="https://console.example/logs">logs</a></summary>\n\n- parts\n\n</details>',
  );
});

test("shows a red step as a card, even if it only prepares another one", () => {
  expect(lineMarkdown(card)).toBe(cardMarkdown(card));
});

test("creates no tags, links or images from foreign text", () => {
  const text = "<img src=x> [a](https://evil.example) ![b](c)";
  const foreign = { ok: true, verdict: text, cause: text, fix: text, production: text, notes: [text] };
  const links = [{ text, address: 'https://console.example/"><img src=x>' }];
  for (const markdown of [cardMarkdown({ ...foreign, links }), lineMarkdown({ ...foreign, links })]) {
    expect(markdown).not.toContain("<img");
    expect(markdown).not.toMatch(/\]\(https:\/\/evil/);
    expect(markdown).not.toMatch(/href="[^"]*"[^>]/);
  }
  expect(
    lineMarkdown({ ok: true, verdict: "x", links: [{ text: "y", address: "javascript:alert(1)" }] }),
  ).not.toContain("href");
});
