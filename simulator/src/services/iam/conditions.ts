import { compileWildcard } from "../../kit/wildcard.ts";

/**
 * Values of a condition key of a request: several for a key with several values, none for a key that AWS has and this
 * request has not. Undefined for a key whose values are not known here.
 */
export type ConditionKeys = (key: string) => readonly string[] | undefined;

/** Whether a condition holds; undefined if it has an operator, key or value that is not evaluated here. */
export interface Verdict {
  readonly holds: boolean | undefined;
  /** Parts that are not evaluated here, such as `the condition key aws:SourceVpc`. */
  readonly notChecked: readonly string[];
}

const equals = (expected: string) => (actual: string) => actual === expected;

/** A negated operator holds if no expected value matches, and also without the key. */
const operators: Readonly<Record<string, { compare: typeof equals; negated?: boolean }>> = {
  StringEquals: { compare: equals },
  StringNotEquals: { compare: equals, negated: true },
  StringLike: { compare: (expected) => compileWildcard(expected) },
  StringNotLike: { compare: (expected) => compileWildcard(expected), negated: true },
};

/**
 * Evaluates the element Condition of a statement: every operator and key has to hold. Source: "IAM JSON policy elements:
 * Condition operators" and "Multivalued context keys", IAM user guide.
 */
export function evaluateCondition(condition: unknown, keys: ConditionKeys): Verdict {
  const notChecked: string[] = [];
  let holds = true;
  for (const [operator, tests] of Object.entries((condition ?? {}) as Record<string, unknown>)) {
    if (typeof tests !== "object" || tests === null) notChecked.push(`the condition operator ${operator}`);
    for (const [key, value] of Object.entries(Object(tests) as Record<string, unknown>)) {
      const result = evaluateTest(operator, { key, expected: [value].flat().map(String) }, keys);
      if (typeof result === "string") notChecked.push(result);
      else holds &&= result;
    }
  }
  return { holds: notChecked.length > 0 ? undefined : holds, notChecked };
}

interface Test {
  readonly key: string;
  readonly expected: readonly string[];
}

/** Returns whether the test holds, or what is not evaluated. */
function evaluateTest(name: string, { key, expected }: Test, keys: ConditionKeys): boolean | string {
  const [, quantifier, base = "", ifExists] =
    /^(ForAnyValue:|ForAllValues:)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  const actual = keys(key);
  if (!actual) return `the condition key ${key}`;
  if (name === "Null") return expected.includes(String(actual.length === 0));
  const operator = operators[base];
  if (!operator) return `the condition operator ${name}`;
  const variable = expected.find((each) => each.includes("${"));
  if (variable !== undefined) return `the policy variable in "${variable}"`;
  const { compare, negated = false } = operator;
  const matches = (value: string) => expected.some((each) => compare(each)(value));
  if (quantifier === "ForAllValues:") return actual.every((value) => matches(value) !== negated);
  if (quantifier === "ForAnyValue:") return actual.some((value) => matches(value) !== negated);
  if (actual.length === 0) return negated || ifExists !== undefined;
  return actual.some(matches) !== negated;
}
