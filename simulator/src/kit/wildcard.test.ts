import { expect, it } from "vitest";
import { compileWildcard } from "./wildcard.ts";

it.each([
  ["", "", true],
  ["*", "", true],
  ["a*", "a", true],
  ["*a", "bca", true],
  ["*a", "bac", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["**a", "a", true],
  ["a\\*c", "a*c", true],
  ["a\\*c", "abc", false],
  ["a.c", "abc", false],
])("%s against %s: %s", (pattern, text, expected) => {
  expect(compileWildcard(pattern, { ignoreCase: false })(text)).toBe(expected);
});

it("is not stalled by a malicious pattern", () => {
  const matches = compileWildcard(`${"*a".repeat(30)}b`, { ignoreCase: false });
  expect(matches("a".repeat(10_000))).toBe(false);
});
