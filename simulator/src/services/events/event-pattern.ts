import { AwsError } from "../../kit/errors.ts";

export type Pattern = (event: unknown) => boolean;

/**
 * Parses a rule's event pattern. Every field of it must match one of the alternatives in its list; a list in the event
 * matches when one of its items does. Source: EventBridge user guide, "Creating event patterns". Throws
 * InvalidEventPatternException.
 */
export function parsePattern(text: string): Pattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalidPattern(`it is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(pattern)) throw invalidPattern("Filter is not an object");
  return objectPattern(pattern, "");
}

function objectPattern(pattern: { readonly [name: string]: Json }, path: string): Pattern {
  const fields = Object.entries(pattern).map(
    ([name, inner]) => [name, fieldPattern(inner, path === "" ? name : `${path}.${name}`)] as const,
  );
  if (fields.length === 0) throw invalidPattern("Empty objects are not allowed");
  const matches: Pattern = (value) => {
    // All fields must match the same item of a list.
    if (Array.isArray(value)) return value.some(matches);
    return fields.every(([name, field]) => field(isObject(value) ? value[name] : undefined));
  };
  return matches;
}

function fieldPattern(pattern: Json, path: string): Pattern {
  if (path.split(".").includes("$or"))
    throw invalidPattern("the simulator does not know $or: make a rule for each of its patterns");
  if (isObject(pattern)) return objectPattern(pattern, path);
  if (!Array.isArray(pattern)) throw invalidPattern(`"${path}" must be an object or an array`);
  if (pattern.length === 0) throw invalidPattern(`"${path}": Empty arrays are not allowed`);
  const matchers: Matcher[] = pattern.map((each) => matcherOf(each, (reason) => refuse(path, reason)));
  return (value) => {
    if (!isLeaf(value)) return matchers.includes(absentMatcher);
    const values: readonly Json[] = Array.isArray(value) ? value.filter(isLeaf) : [value];
    return matchers.some((matcher) => values.some((each) => matcher(each)));
  };
}

/** Text, number, boolean, null, or a list of them, but not an object. */
function isLeaf(value: unknown): value is Json {
  return value !== undefined && !isObject(value);
}

function refuse(path: string, reason: string): never {
  throw invalidPattern(`"${path}": ${reason}`);
}

function invalidPattern(reason: string): AwsError {
  return new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
}

/** Checks one value of an event. */
type Matcher = (value: Json) => boolean;

/** Matches no existing value: `{"exists": false}`. */
const absentMatcher: Matcher = () => false;

type Refuse = (reason: string) => never;

/** Returns the matcher of one alternative of a pattern's list: a value itself, or an object with one operator. */
function matcherOf(alternative: Json, refuse: Refuse): Matcher {
  if (Array.isArray(alternative)) refuse("an array may not stand in an array");
  if (!isObject(alternative)) return (value) => value === alternative;
  const entries = Object.entries(alternative);
  const [[name, operand] = ["", null]] = entries;
  if (entries.length !== 1) refuse("Only one key allowed in match expression");
  const operator = operators[name];
  if (!operator)
    refuse(
      `Unrecognized match type ${name}: the simulator knows ${Object.keys(operators).join(", ")} and plain values`,
    );
  return (operator as Operator)(operand as Json, refuse);
}

type Operator = (operand: Json, refuse: Refuse) => Matcher;

const operators: Readonly<Record<string, Operator>> = {
  prefix: (operand, refuse) => {
    if (typeof operand !== "string") return refuse("prefix match pattern must be a string");
    return (value) => typeof value === "string" && value.startsWith(operand);
  },
  exists: (operand, refuse) => {
    if (typeof operand !== "boolean") refuse("exists must be either true or false");
    return operand ? () => true : absentMatcher;
  },
  "anything-but": (operand, refuse) => {
    const excluded = Array.isArray(operand) ? operand : [operand];
    const isValue = (each: Json) => typeof each === "string" || typeof each === "number";
    if (excluded.length === 0 || !excluded.every(isValue))
      refuse("anything-but takes texts and numbers, or a list of them");
    return (value) => !(excluded as readonly Json[]).includes(value);
  },
};

/** An event as rules and targets see it. Source: EventBridge user guide, "AWS service event metadata". */
export interface BusEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, to the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: object;
}

type Json = null | string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

export function isObject(value: unknown): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
