import { expect, it } from "vitest";
import { compileWildcard } from "./wildcard.ts";

it.each([
  ["", [""], ["a"]],
  ["*", ["", "a"], []],
  ["a*", ["a"], []],
  ["*a", ["bca"], ["bac"]],
  ["a*b*c", ["a-b-b-c"], ["a-c-b"]],
  ["a?c", ["abc"], ["ac"]],
  ["**a", ["a"], []],
  ["a\\*c", ["a*c"], ["abc"]],
  ["a.c", [], ["abc"]],
])("%s matches %j, not %j", (pattern, matching, others) => {
  const matches = compileWildcard(pattern, { ignoreCase: false });
  expect([...matching, ...others].filter((text) => matches(text))).toEqual(matching);
});

it("is not stalled by a malicious pattern", () => {
  const matches = compileWildcard(`${"*a".repeat(30)}b`, { ignoreCase: false });
  expect(matches("a".repeat(10_000))).toBe(false);
});
