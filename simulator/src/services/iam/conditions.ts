import { BlockList, isIP } from "node:net";
import { compileWildcard } from "../../kit/wildcard.ts";

/**
 * Values of a condition key of a request: several for a key with several values, none for a key that AWS has and this
 * request has not. Undefined for a key whose values are not known here.
 */
export type ConditionKeys = (key: string) => readonly string[] | undefined;

/** Whether a condition holds; undefined if it depends on an operator, key or value that is not evaluated here. */
export interface Verdict {
  readonly holds: boolean | undefined;
  /** Parts that are not evaluated here, such as `the condition key aws:SourceVpc`; none if the rest decides. */
  readonly notChecked: readonly string[];
}

type Compare = (expected: string) => (actual: string) => boolean;

interface Operator {
  readonly compare: Compare;
  /** A negated operator holds if no expected value matches, and also without the key. */
  readonly negated?: boolean;
}

const equals: Compare = (expected) => (actual) => actual === expected;
const sameLetters: Compare = (expected) => (actual) => actual.toLowerCase() === expected.toLowerCase();
const like: Compare = (expected) => compileWildcard(expected);

/** The six parts of an ARN are compared separately, each with wildcards. */
const arnLike: Compare = (expected) => {
  const patterns = partsOfArn(expected).map((part) => compileWildcard(part));
  return (actual) => {
    const parts = partsOfArn(actual);
    return (
      parts.length === 6 && patterns.length === 6 && patterns.every((matches, at) => matches(parts[at] ?? ""))
    );
  };
};

function partsOfArn(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(":")] : [])];
}

const inNetwork: Compare = (expected) => {
  const [address = "", bits] = expected.split("/");
  const list = new BlockList();
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isIP(address)) list.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  return (actual) => isIP(actual) > 0 && list.check(actual, isIP(actual) === 6 ? "ipv6" : "ipv4");
};

const timeOf = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

/** The operators of numbers and dates; what is neither number nor date matches nothing. */
function ordered(prefix: string, read: (text: string) => number): Record<string, Operator> {
  const by =
    (holds: (actual: number, expected: number) => boolean): Compare =>
    (expected) =>
    (actual) =>
      holds(read(actual), read(expected));
  const same = by((actual, expected) => actual === expected);
  return {
    [`${prefix}Equals`]: { compare: same },
    [`${prefix}NotEquals`]: { compare: same, negated: true },
    [`${prefix}LessThan`]: { compare: by((actual, expected) => actual < expected) },
    [`${prefix}LessThanEquals`]: { compare: by((actual, expected) => actual <= expected) },
    [`${prefix}GreaterThan`]: { compare: by((actual, expected) => actual > expected) },
    [`${prefix}GreaterThanEquals`]: { compare: by((actual, expected) => actual >= expected) },
  };
}

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: equals },
  StringNotEquals: { compare: equals, negated: true },
  StringEqualsIgnoreCase: { compare: sameLetters },
  StringNotEqualsIgnoreCase: { compare: sameLetters, negated: true },
  StringLike: { compare: like },
  StringNotLike: { compare: like, negated: true },
  ArnEquals: { compare: arnLike },
  ArnLike: { compare: arnLike },
  ArnNotEquals: { compare: arnLike, negated: true },
  ArnNotLike: { compare: arnLike, negated: true },
  Bool: { compare: sameLetters },
  IpAddress: { compare: inNetwork },
  NotIpAddress: { compare: inNetwork, negated: true },
  ...ordered("Numeric", Number),
  ...ordered("Date", timeOf),
};

/**
 * Evaluates the element Condition of a statement: every operator and key has to hold. Source: "IAM JSON policy elements:
 * Condition operators" and "Multivalued context keys", IAM user guide.
 */
export function evaluateCondition(condition: unknown, keys: ConditionKeys): Verdict {
  const notChecked: string[] = [];
  for (const [operator, tests] of Object.entries((condition ?? {}) as Record<string, unknown>)) {
    if (typeof tests !== "object" || tests === null) notChecked.push(`the condition operator ${operator}`);
    for (const [key, value] of Object.entries(Object(tests) as Record<string, unknown>)) {
      const result = evaluateTest(operator, { key, expected: [value].flat().map(String) }, keys);
      // One test that fails decides, whatever the others are.
      if (result === false) return { holds: false, notChecked: [] };
      if (result !== true) notChecked.push(result);
    }
  }
  return { holds: notChecked.length > 0 ? undefined : true, notChecked };
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
  const filled = expected.map((each) => fillVariables(each, keys, /Like|^Arn/.test(base)));
  const unknown = filled.find((each) => each?.isKnown === false);
  if (unknown) return unknown.text;
  const { compare, negated = false } = operator;
  // An expected value without the value of its variable equals nothing.
  const matches = (value: string) => filled.some((each) => each !== undefined && compare(each.text)(value));
  if (quantifier === "ForAllValues:") return actual.every((value) => matches(value) !== negated);
  if (quantifier === "ForAnyValue:") return actual.some((value) => matches(value) !== negated);
  if (actual.length === 0) return negated || ifExists !== undefined;
  return actual.some(matches) !== negated;
}

const wildcards = /[\\*?]/g;

/**
 * Returns a text with the values of its policy variables, undefined if one has no value, or what is not known. In a
 * pattern, wildcards of the values are literal. Source: "IAM policy elements: Variables and tags", IAM user guide.
 */
export function fillVariables(
  given: string,
  keys: ConditionKeys,
  isPattern = true,
): { readonly text: string; readonly isKnown: boolean } | undefined {
  const values = (name: string, instead: string | undefined): readonly string[] | undefined => {
    if (["*", "?", "$"].includes(name)) return [name];
    const found = keys(name);
    return found?.length === 0 && instead !== undefined ? [instead] : found;
  };
  let text = "";
  let end = 0;
  for (const { 0: variable, 1: name = "", 2: instead, index } of given.matchAll(
    /\$\{([^},]*)(?:, *'([^'}]*)')?\}/g,
  )) {
    const found = values(name, instead);
    if (found?.length === 0) return undefined;
    const [value, ...more] = found ?? [];
    if (value === undefined || more.length > 0)
      return { text: `the policy variable in "${given}"`, isKnown: false };
    text += given.slice(end, index) + (isPattern ? value.replace(wildcards, "\\$&") : value);
    end = index + variable.length;
  }
  return { text: text + given.slice(end), isKnown: true };
}
