import type { NormalizedSchema } from "@smithy/core/schema";
import type { Keys } from "./data-file.ts";
import { isObject } from "./is-object.ts";
import { editDistance } from "./nearest-name.ts";

/** A member that ECS would refuse. */
export interface Fault {
  readonly keys: Keys;
  readonly text: string;
}

/** A key that the SDK's model does not have; a newer ECS may know it. */
export interface UnknownKey extends Place {
  readonly meant: string | undefined;
}

interface Place {
  readonly keys: Keys;
  /** Such as `containerDefinitions[web].image`: list items that have a name are shown by it. */
  readonly path: string;
}

/** Finds every key that the schema does not have and every value of another type, nested ones too. */
export function findFaults(value: unknown, schema: NormalizedSchema): Found {
  const found: Found = { faults: [], unknown: [] };
  collect(value, schema, { keys: [], path: "" }, found);
  return found;
}

interface Found {
  readonly faults: Fault[];
  readonly unknown: UnknownKey[];
}

function collect(value: unknown, schema: NormalizedSchema, at: Place, found: Found): void {
  if (value === null || value === undefined) return;
  const expected = typeName(schema);
  const actual = Array.isArray(value) ? "list" : typeof value;
  if (actual !== (expected === "map" ? "object" : expected)) {
    found.faults.push({ keys: at.keys, text: wrongType(at.path, actual, expected) });
  } else if (expected === "list") {
    (value as unknown[]).forEach((item, index) => {
      collect(item, schema.getValueSchema(), itemPlace(at, index, item), found);
    });
  } else if (expected === "map") {
    for (const [key, item] of Object.entries(value))
      collect(item, schema.getValueSchema(), memberPlace(at, key), found);
  } else if (expected === "object") {
    collectMembers(value, schema, at, found);
  }
}

function collectMembers(value: object, schema: NormalizedSchema, at: Place, found: Found): void {
  const allowed = memberNames(schema);
  for (const [key, item] of Object.entries(value)) {
    const member = memberPlace(at, key);
    if (allowed.includes(key)) collect(item, schema.getMemberSchema(key), member, found);
    else found.unknown.push({ ...member, meant: isComment(key) ? undefined : nearest(key, allowed) });
  }
}

/** Members of pairs that become an empty text where they are absent, by the list's key. */
const pairDefaults: Readonly<Record<string, object>> = {
  environment: { value: "" },
  properties: { name: "", value: "" },
};

/**
 * Copies `value` without empty parts, as the official action does: null, the empty text, and lists and objects of
 * nothing else, also as list items. Members in `kept` stay; so do the pairs of variables and of a proxy.
 */
export function withoutEmpty(value: unknown, kept: readonly string[]): unknown {
  if (Array.isArray(value))
    return value.filter((item) => !isEmpty(item)).map((item) => withoutEmpty(item, kept));
  if (!isObject(value)) return value;
  const members = Object.entries(value)
    .filter(([key, item]) => kept.includes(key) || !isEmpty(item))
    .map(([key, item]) => {
      const cleaned = withoutEmpty(item, kept);
      const pairs = Array.isArray(cleaned) ? pairDefaults[key] : undefined;
      return [key, pairs ? (cleaned as unknown[]).map((pair) => withDefaults(pair, pairs)) : cleaned];
    });
  return Object.fromEntries(members);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.values(value).every(isEmpty);
}

function withDefaults(pair: unknown, defaults: object): unknown {
  return isObject(pair) ? { ...defaults, ...pair } : pair;
}

/**
 * Returns whether a key is for readers or editors, such as `_comment` or `$schema`: no AWS service has such members.
 */
export function isComment(key: string): boolean {
  return /^[_$]/.test(key);
}

function wrongType(path: string, actual: string, expected: string): string {
  const quotes = expected === "string" && ["number", "boolean"].includes(actual) ? " (put it in quotes)" : "";
  return `${path} is a ${actual}, not a ${expected}${quotes}`;
}

function nearest(key: string, allowed: readonly string[]): string | undefined {
  const bare = (name: string) => name.toLowerCase().replace(/[-_]/g, "");
  const ranked = allowed
    .map((name) => ({ name, distance: editDistance(bare(key), bare(name)) }))
    .sort((one, other) => one.distance - other.distance);
  // Allows two typing errors, or a name that only lacks its end, such as taskRole for taskRoleArn.
  if (ranked[0] && ranked[0].distance <= Math.min(2, key.length / 2)) return ranked[0].name;
  const longer = allowed.filter((name) => bare(name).startsWith(bare(key)));
  return longer.length === 1 ? longer[0] : undefined;
}

function typeName(schema: NormalizedSchema) {
  if (schema.isListSchema()) return "list";
  if (schema.isMapSchema()) return "map";
  if (schema.isStructSchema()) return "object";
  if (schema.isNumericSchema()) return "number";
  return schema.isBooleanSchema() ? "boolean" : "string";
}

export function memberNames(schema: NormalizedSchema): string[] {
  return [...schema.structIterator()].map(([name]) => name);
}

function memberPlace({ keys, path }: Place, key: string): Place {
  return { keys: [...keys, key], path: path ? `${path}.${key}` : key };
}

function itemPlace({ keys, path }: Place, index: number, item: unknown): Place {
  const name = (item as { name?: unknown } | null)?.name;
  return { keys: [...keys, index], path: `${path}[${typeof name === "string" ? name : index}]` };
}
