import type { PropertyDifference } from "@aws-sdk/client-cloudformation";
import { holdsDynamicReference } from "../template/dynamic-references.ts";
import { isMapping, type Mapping, sameValue, type Value } from "../template/value.ts";

/**
 * Returns the differences between the actual state and the template. Only properties that the template sets are
 * compared, as CloudFormation does; lists are compared without their order.
 */
export function compare(expected: Mapping, actual: Mapping, path = ""): PropertyDifference[] {
  return Object.entries(expected).flatMap(([name, value]) =>
    // A property that the service does not report counts as unchanged.
    name in actual ? compareValue(value, actual[name], `${path}/${name}`) : [],
  );
}

function compareValue(expected: Value, actual: Value | undefined, path: string): PropertyDifference[] {
  // A secret is not compared: a difference would reveal it.
  if (typeof expected === "string" && holdsDynamicReference(expected)) return [];
  if (actual === undefined || actual === null) return [difference(path, "REMOVE", expected, undefined)];
  if (Array.isArray(expected) && Array.isArray(actual)) return compareLists(expected, actual, path);
  if (isMapping(expected) && isMapping(actual))
    return Object.entries(expected).flatMap(([name, value]) =>
      compareValue(value, actual[name], `${path}/${name}`),
    );
  return sameText(expected, actual) ? [] : [difference(path, "NOT_EQUAL", expected, actual)];
}

function compareLists(
  expected: readonly Value[],
  actual: readonly Value[],
  path: string,
): PropertyDifference[] {
  const left = [...actual];
  const missing = expected.flatMap((item, index) => {
    const found = left.findIndex((other) => compareValue(item, other, "").length === 0);
    if (found >= 0) left.splice(found, 1);
    return found >= 0 ? [] : [difference(`${path}/${index}`, "REMOVE", item, undefined)];
  });
  // A service has many attributes and settings; a template sets some.
  if (expected.every((item) => isMapping(item) && "Key" in item)) return missing;
  return [
    ...missing,
    ...left.map((item) => difference(`${path}/${actual.indexOf(item)}`, "ADD", undefined, item)),
  ];
}

/** The service's 80 equals the template's "80". */
function sameText(expected: Value, actual: Value): boolean {
  const isScalar = (value: Value) => typeof value !== "object";
  return isScalar(expected) && isScalar(actual)
    ? String(expected) === String(actual)
    : sameValue(expected, actual);
}

function difference(
  PropertyPath: string,
  DifferenceType: PropertyDifference["DifferenceType"],
  expected: Value | undefined,
  actual: Value | undefined,
): PropertyDifference {
  return { PropertyPath, DifferenceType, ExpectedValue: said(expected), ActualValue: said(actual) };
}

function said(value: Value | undefined): string {
  if (value === undefined) return "null";
  return typeof value === "string" ? value : JSON.stringify(value);
}
