import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { parsePattern } from "./event-pattern.ts";

const table = parse(readFileSync(new URL("patterns.yaml", import.meta.url), "utf8"));
const matches = (pattern: object) => parsePattern(JSON.stringify(pattern))(table.event);

it.each<object>(table.matches)("the pattern %j matches", (pattern) => {
  expect(matches(pattern)).toBe(true);
});

it.each<object>(table["does not match"])("the pattern %j does not match", (pattern) => {
  expect(matches(pattern)).toBe(false);
});

it.each<[string, string]>(table["is refused"])("the pattern %s is refused", (text, words) => {
  expect(() => parsePattern(text)).toThrow(words);
});
