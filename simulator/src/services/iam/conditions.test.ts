import { expect, it } from "vitest";
import { evaluateCondition } from "./conditions.ts";

const values: Record<string, string[]> = { "p:sub": ["repo:a/b"], "p:ref": [], "p:amr": ["x", "y"] };
const holds = (condition: unknown) => evaluateCondition(condition, (key) => values[key.toLowerCase()]).holds;

/** Source: "Condition operators" and "Multivalued context keys", IAM user guide. */
it.each<[string, object, boolean]>([
  ["StringEquals", { "P:Sub": ["x", "repo:a/b"] }, true],
  ["StringEquals", { "p:sub": "repo:a/*" }, false],
  ["StringEquals", { "p:sub": "Repo:a/b" }, false],
  ["StringEquals", { "p:sub": "repo:a/b", "p:amr": "z" }, false],
  ["StringEquals", { "p:ref": "" }, false],
  ["StringLike", { "p:sub": "repo:?/*" }, true],
  ["StringLike", { "p:sub": "repo:*:x" }, false],
  ["StringNotEquals", { "p:sub": ["x", "repo:a/b"] }, false],
  ["StringNotEquals", { "p:ref": "main" }, true],
  ["StringEqualsIfExists", { "p:ref": "main" }, true],
  ["ForAnyValue:StringEquals", { "p:amr": ["y", "z"] }, true],
  ["ForAnyValue:StringEquals", { "p:ref": "main" }, false],
  ["ForAllValues:StringLike", { "p:amr": ["x", "z"] }, false],
  ["ForAllValues:StringLike", { "p:ref": "main" }, true],
  ["Null", { "p:ref": true }, true],
  ["Null", { "p:sub": "true" }, false],
])("%s %j: %s", (operator, tests, expected) => {
  expect(holds({ [operator]: tests })).toBe(expected);
});

it.each([
  [{ StringEquals: "x" }],
  [{ StringEquals: null }],
  [{ DateLessThan: { "p:sub": "x" } }],
  [{ StringEquals: { "p:other": "x" } }],
])("%j is not evaluated", (condition) => expect(holds(condition)).toBeUndefined());
