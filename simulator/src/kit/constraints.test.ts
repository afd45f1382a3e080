import { expect, test } from "vitest";
import { type Check, refuseBroken } from "./constraints.ts";

const refuse =
  (...checks: Check[]) =>
  () =>
    refuseBroken("ValidationException", checks);

test.each<[Check, string]>([
  [
    ["name", "a b", { pattern: "[a-z]+" }],
    "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
  ],
  [
    ["kind", "x", { values: ["A", "B"] }],
    "Value 'x' at 'kind' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
  ],
  [
    ["name", "", { length: [1, 3] }],
    "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  [
    ["names", ["a", "b"], { length: [0, 1] }],
    "Value '[a, b]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 1",
  ],
  [
    ["order", 0, { range: [1, 999] }],
    "Value '0' at 'order' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    ["order", 1000, { range: [1, 999] }],
    "Value '1000' at 'order' failed to satisfy constraint: Member must have value less than or equal to 999",
  ],
])("%j", (check, message) => {
  expect(refuse(check)).toThrow(`1 validation error detected: ${message}`);
});

test("all broken constraints are reported together, and absent or valid members are ignored", () => {
  expect(refuse(["a", "", { length: [1, 2] }], ["b", 0, { range: [1, 2] }])).toThrow(
    /^2 validation errors detected: Value '' at 'a' .*; Value '0' at 'b' /,
  );
  expect(refuse(["a", undefined, { length: [1, 2] }], ["b", 1, { range: [1, 2] }])).not.toThrow();
});
