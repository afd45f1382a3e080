import { expect, test } from "vitest";
import { type Check, refuseBroken } from "./constraints.ts";

const refuse =
  (...checks: Check[]) =>
  () =>
    refuseBroken("ValidationException", checks);

test.each<[Check, string]>([
  [["name", "a b", { pattern: "[a-z]+" }], "satisfy regular expression pattern: [a-z]+"],
  [["kind", "x", { values: ["A", "B"] }], "satisfy enum value set: [A, B]"],
  [["name", "", { length: [1, 3] }], "have length greater than or equal to 1"],
  [["names", ["a", "b"], { length: [0, 1] }], "have length less than or equal to 1"],
  [["order", 0, { range: [1, 999] }], "have value greater than or equal to 1"],
  [["order", 1000, { range: [1, 999] }], "have value less than or equal to 999"],
])("%j", (check, rule) => {
  const [name, value] = check;
  const shown = Array.isArray(value) ? `[${value.join(", ")}]` : value;
  expect(refuse(check)).toThrow(
    `1 validation error detected: Value '${shown}' at '${name}' failed to satisfy constraint: Member must ${rule}`,
  );
});

test("all broken constraints are reported together, and absent or valid members are ignored", () => {
  expect(refuse(["a", "", { length: [1, 2] }], ["b", 0, { range: [1, 2] }])).toThrow(
    /^2 validation errors detected: Value '' at 'a' .*; Value '0' at 'b' /,
  );
  expect(refuse(["a", undefined, { length: [1, 2] }], ["b", 1, { range: [1, 2] }])).not.toThrow();
});
