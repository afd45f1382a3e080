import { expect, test } from "vitest";
import { firstAnnotation } from "./run-action.ts";

test.each([
  ["::debug::x\n::error::5%25 gone%0Aso%0A\n::error::later", "5% gone\nso\n"],
  ["::error title=a::b", "b"],
  ["no error here", ""],
])("reads from %j the first error annotation %j", (log, expected) =>
  expect(firstAnnotation(log)).toBe(expected),
);
