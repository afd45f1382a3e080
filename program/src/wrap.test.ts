import { expect, it } from "vitest";
import { wrap } from "./wrap.mjs";

it.each([
  ["short", 10, "short"],
  ["one two three", 7, "one two\nthree"],
  ["  one two three", 9, "  one two\n  three"],
  ["first line\nsecond", 6, "first\nline\nsecond"],
  ["\u001b[31mone\u001b[0m two three", 7, "\u001b[31mone\u001b[0m two\nthree"],
  ["go to http://127.0.0.1:10080/suppliers now", 12, "go to\nhttp://127.0.0.1:10080/suppliers\nnow"],
  ["ein Käfer läuft", 10, "ein Käfer\nläuft"],
  ["", 5, ""],
])("%j is broken at %i columns", (text, columns, expected) => {
  expect(wrap(text, columns)).toBe(expected);
});

it("a hanging indent differs from the indent of the line", () => {
  expect(wrap("  --x  one two three", 14, 7)).toBe("  --x  one two\n       three");
});
