import { expect, test } from "vitest";
import { evaluateConditions } from "./conditions.ts";
import type { Scope } from "./evaluate.ts";
import { parseTemplate } from "./parse.ts";

const scope: Scope = {
  ref: (name) => name,
  attribute: () => "",
  condition: () => false,
  importValue: () => "",
  mappings: {},
  region: "us-east-1",
  zones: [],
};

test.each([
  ["!Equals [!Ref prod, prod]", true],
  ["!Equals [true, 'true']", true],
  ["!Equals [1, '2']", false],
  ["!Not [!Equals [a, b]]", true],
  ["!And [!Equals [a, a], !Equals [a, b]]", false],
  ["!Or [!Equals [a, b], !Equals [a, a]]", true],
  ["!Not [!Condition Yes]", false],
  ["!And [{Condition: Yes}, !Condition Later]", true],
])("%s is %s", (text, expected) => {
  const conditions = parseTemplate(`It: ${text}\nYes: !Equals [a, a]\nLater: !Condition Yes`);
  expect(evaluateConditions(conditions, scope).It).toBe(expected);
});

test.each([
  ["!Ref x", "/Conditions/It must use Condition, Fn::Equals"],
  ["!Condition Nope", "Unresolved condition dependency Nope in the Conditions block"],
  ["!And [!Equals [a, a]]", "Fn::And at /Conditions/It takes 2 to 10 conditions, not 1"],
  ["!Not [!Equals [a, a], !Equals [a, a]]", "Fn::Not at /Conditions/It takes one condition, not 2"],
  ["!Not [!Condition It]", "Circular dependency between conditions: [It]"],
])("%s is refused", (text, message) => {
  expect(() => evaluateConditions(parseTemplate(`It: ${text}`), scope)).toThrow(message);
});
