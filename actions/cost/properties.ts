import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { describeValue, isKnown, Reference } from "../cloudformation/values.ts";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import { nameOf } from "./cost-line.ts";

/**
 * Reads properties on which a price depends. Each is refused when the templates alone do not show it; `path` goes
 * through objects and lists, as in `BlockDeviceMappings.0.Ebs.VolumeSize`.
 */
export function textAt(resource: EvaluatedResource, path: string): string | undefined {
  const value = at(resource, path);
  if (value === undefined) return undefined;
  if (typeof value === "object") throw notKnown(resource, path, value);
  return String(value);
}

export function numberAt(resource: EvaluatedResource, path: string): number | undefined {
  const text = textAt(resource, path);
  const number = Number(text);
  if (text !== undefined && (text === "" || !(number >= 0))) throw notKnown(resource, path, text);
  return text === undefined ? undefined : number;
}

export function isTrueAt(resource: EvaluatedResource, path: string): boolean {
  return textAt(resource, path) === "true";
}

/** Returns the items, which may be open themselves: only their number counts. */
export function itemsAt(resource: EvaluatedResource, path: string): readonly unknown[] {
  const value = at(resource, path) ?? [];
  if (!Array.isArray(value)) throw notKnown(resource, path, value);
  return value;
}

/** Returns the resource of the set that a property references. */
export function targetAt(
  resource: EvaluatedResource,
  path: string,
  resources: readonly EvaluatedResource[],
): EvaluatedResource | undefined {
  const value = at(resource, path);
  if (!(value instanceof Reference)) return undefined;
  return resources.find(
    ({ template, logicalId }) => template === value.template && logicalId === value.logicalId,
  );
}

/** Refuses a value that changes the price and has none here. */
export function refuseProperty(resource: EvaluatedResource, property: string, value: unknown): never {
  throw new Failure(
    `${nameOf(resource)} (${resource.type}): ${property} ${describeValue(value)} has no known price`,
    { nextStep: "choose another value, or leave this template out of the estimate." },
  );
}

function at(resource: EvaluatedResource, path: string): unknown {
  let value: unknown = resource.properties;
  for (const key of path.split(".")) {
    if (!isKnown(value)) throw notKnown(resource, path, value);
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isObject(value)) value = value[key];
    else return undefined;
  }
  return value;
}

function notKnown(resource: EvaluatedResource, path: string, value: unknown): Failure {
  return new Failure(
    `The price of ${nameOf(resource)} depends on ${path}, which is ${describeValue(value)} in the templates`,
    { nextStep: "give the parameter a value in the profile (input parameters)." },
  );
}
