import { validationError } from "./state.ts";

/** An attribute: its default, and the values that the simulator supports. */
export interface AttributeDefinition {
  readonly default: string;
  readonly allowed: readonly string[] | { readonly from: number; readonly to: number };
}

export type AttributeDefinitions = Readonly<Record<string, AttributeDefinition>>;

export function fixed(value: string): AttributeDefinition {
  return { default: value, allowed: [value] };
}

export function oneOf(value: string, ...others: string[]): AttributeDefinition {
  return { default: value, allowed: [value, ...others] };
}

export function range(value: number, from: number, to: number): AttributeDefinition {
  return { default: String(value), allowed: { from, to } };
}

export const offOn = oneOf("false", "true");

export function defaultAttributes(definitions: AttributeDefinitions): Map<string, string> {
  return new Map(Object.entries(definitions).map(([key, definition]) => [key, definition.default]));
}

interface Attribute {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** Changes all attributes, or none if one is unknown or has an unsupported value. */
export function setAttributes(
  attributes: Map<string, string>,
  definitions: AttributeDefinitions,
  changes: readonly Attribute[] = [],
): Attribute[] {
  for (const { Key = "", Value = "" } of changes) {
    const definition = definitions[Key];
    if (definition === undefined) throw validationError(`The attribute '${Key}' is not supported`);
    if (!isAllowed(Value, definition)) {
      throw validationError(`The value '${Value}' of attribute '${Key}' must be ${describe(definition)}`);
    }
  }
  for (const { Key = "", Value = "" } of changes) attributes.set(Key, Value);
  return listAttributes(attributes);
}

export function listAttributes(attributes: ReadonlyMap<string, string>): Attribute[] {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }));
}

function isAllowed(value: string, { allowed }: AttributeDefinition): boolean {
  if ("from" in allowed) {
    return /^\d+$/.test(value) && Number(value) >= allowed.from && Number(value) <= allowed.to;
  }
  return allowed.includes(value);
}

function describe({ allowed }: AttributeDefinition): string {
  if ("from" in allowed) return `between ${allowed.from} and ${allowed.to}`;
  return `one of [${allowed.map((value) => `'${value}'`).join(", ")}] in the simulator`;
}
