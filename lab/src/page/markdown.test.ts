import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { renderMarkdown } from "./markdown.ts";

const cases = parse(readFileSync(new URL("markdown.yaml", import.meta.url), "utf8"));

it.each(Object.entries<string[]>(cases.rendered))("renders %s", (_, [text = "", markup]) => {
  expect(renderMarkdown(text).markup).toContain(markup);
});

type Large = [text: string, times: number, markup: string, before?: string];

it.each(Object.entries<Large>(cases.large))("renders %s", (_, [text, times, markup, before = ""]) => {
  expect(renderMarkdown(before + text.repeat(times)).markup).toContain(markup);
});

it.each<string>(cases.hostile)("%s brings no script, style, form or resource", (text) => {
  // Every tag is one of the page's, without attributes but those of links.
  const tags = renderMarkdown(text).markup.match(/<[^>]*>/g) ?? [];
  for (const tag of tags)
    expect(tag).toMatch(/^<\/?(p|a|pre|code|details)( open| href="https:[^"]*" rel="noreferrer")?>$/);
});
