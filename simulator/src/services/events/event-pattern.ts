import { AwsError } from "../../kit/errors.ts";
import { isObject, type Json } from "./event.ts";
import { absentMatcher, type Matcher, matcherOf } from "./matchers.ts";

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
    throw invalidPattern(`it is no JSON: ${(error as Error).message}`);
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
