import { expect, test } from "vitest";
import { firstAnnotation, parseOutputs } from "./run-action.ts";

test("reads outputs with all their lines", () => {
  const outputs = parseOutputs("status<<d1\nfailed\nd1\ndiff<<d2\n+ a\n~ b\nd2\n");
  expect([...outputs]).toEqual([
    ["status", "failed"],
    ["diff", "+ a\n~ b"],
  ]);
});

test.each([
  ["::debug::x\n::error::5%25 gone%0Aso%0A\n::error::later", "5% gone\nso\n"],
  ["::error title=a::b", "b"],
  ["no error here", ""],
])("reads from %j the first error annotation %j", (log, expected) =>
  expect(firstAnnotation(log)).toBe(expected),
);
