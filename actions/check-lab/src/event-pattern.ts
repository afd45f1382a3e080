import { isObject } from "../../core/is-object.ts";
import { fits } from "./listener-rules.ts";
import { Unreadable } from "./outcome.ts";

/**
 * Returns whether an EventBridge pattern matches an event. Throws Unreadable for an operator that is not known here.
 * Source: EventBridge user guide, "Comparison operators for use in event patterns".
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  if (!isObject(pattern)) return false;
  return Object.entries(pattern).every(([name, inner]) => {
    if (name === "$or" && Array.isArray(inner)) return inner.some((each) => matchesPattern(each, event));
    const value = isObject(event) ? event[name] : undefined;
    return Array.isArray(inner)
      ? inner.some((each) => matchesValue(each, value))
      : matchesPattern(inner, value);
  });
}

function matchesValue(alternative: unknown, value: unknown): boolean {
  if (!isObject(alternative)) return value === alternative;
  const [[operator, operand] = ["", undefined]] = Object.entries(alternative);
  if (operator === "exists") return (value !== undefined) === operand;
  const operands: unknown[] = [operand].flat();
  if (operator === "anything-but")
    return value !== undefined && !operands.some((each) => matchesValue(each, value));
  const test = textOperators[operator];
  if (!test || !operands.every((each) => typeof each === "string"))
    throw new Unreadable(`the pattern has ${JSON.stringify(alternative)}, which is not evaluated here`);
  return typeof value === "string" && operands.some((each) => test(value, String(each)));
}

const textOperators: { readonly [operator: string]: (value: string, operand: string) => boolean } = {
  prefix: (value, operand) => value.startsWith(operand),
  suffix: (value, operand) => value.endsWith(operand),
  "equals-ignore-case": (value, operand) => value.toLowerCase() === operand.toLowerCase(),
  // A tag or a name of a repository has no ?.
  wildcard: (value, operand) => fits(operand, value),
};
