import { expect, test } from "vitest";
import { checkRules, evaluateConditions } from "./conditions.ts";
import type { Scope } from "./evaluate.ts";
import { parseTemplate } from "./template.ts";

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

const rules = (rule: string) => () =>
  checkRules(parseTemplate(`It: {Assertions: [{Assert: ${rule}, AssertDescription: described}]}`), scope);

test.each([
  ["!Not [!Contains [['1', '2'], !Ref '3']]"],
  ["!Contains [[1, 2], '2']"],
  ["!Or [!Equals [!Ref a, b], !Equals [1, '1']]"],
])("the rule %s holds", (rule) => {
  expect(rules(rule)).not.toThrow();
});

test.each([
  ["!Contains [[a], !Ref b]", "Rule It of the template is broken: described"],
  ["!Contains [a, a]", "needs a list"],
  ["!Condition Yes", "/Rules/It/Assertions/0 must use Fn::Contains, Fn::Equals"],
])("the rule %s is refused", (rule, message) => {
  expect(rules(rule)).toThrow(message);
});

test("a rule applies under its condition only, and has assertions", () => {
  const guarded = (condition: string) => () =>
    checkRules(
      parseTemplate(`It: {RuleCondition: ${condition}, Assertions: [{Assert: !Equals [a, b]}]}`),
      scope,
    );
  expect(guarded("!Equals [a, b]")).not.toThrow();
  expect(guarded("!Equals [a, a]")).toThrow("the assertion at /Rules/It/Assertions/0 does not hold");
  expect(() => checkRules({ It: {} }, scope)).toThrow("/Rules/It must have Assertions");
});
