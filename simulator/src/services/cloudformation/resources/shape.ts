import { holdsDynamicReference } from "../template/dynamic-references.ts";
import { isMapping, type Mapping, type Value } from "../template/value.ts";

/** Allowed values of a property. Values are coerced as CloudFormation does: "80" to 80, "true" to true, 1 to "1". */
export type Shape =
  | { readonly kind: "text"; readonly values?: readonly string[] }
  | { readonly kind: "integer" | "number" | "boolean" | "json" | "map" }
  | { readonly kind: "list"; readonly item: Shape }
  | { readonly kind: "object"; readonly fields: Fields; readonly required: readonly string[] };

export type Fields = Readonly<Record<string, Shape>>;

export const oneOf = (...values: string[]): Shape => ({ kind: "text", values });
export const list = (item: Shape): Shape => ({ kind: "list", item });
export const object = (fields: Fields, required: readonly string[] = []): Shape & { kind: "object" } => ({
  kind: "object",
  fields,
  required,
});
const text: Shape = { kind: "text" };
export const tags = list(object({ Key: text, Value: text }, ["Key", "Value"]));

/** Placeholder for a physical id or attribute that is known only after the change; a plan accepts it anywhere. */
export const unknownUntilMade = "(known after the change)";

/** Returns the value in its service's type; throws an Error whose message starts with the place, `#/Tags/0/Key`. */
export function coerce(shape: Shape, value: Value, place: string): Value {
  // The value of a reference is checked once it is known.
  if (value === unknownUntilMade || (typeof value === "string" && holdsDynamicReference(value))) return value;
  switch (shape.kind) {
    case "text":
      return coerceText(shape.values, value, place);
    case "integer":
    case "number":
      return coerceNumber(shape.kind === "integer", value, place);
    case "boolean":
      if (typeof value === "boolean") return value;
      if (value === "true" || value === "false") return value === "true";
      throw mismatch(place, "Boolean", value);
    case "json":
      if (isMapping(value)) return value;
      throw mismatch(place, "JSONObject", value);
    case "map":
      if (!isMapping(value)) throw mismatch(place, "JSONObject", value);
      return mapEntries(value, (inner, key) => coerceText(undefined, inner, `${place}/${key}`));
    case "list":
      if (!Array.isArray(value)) throw mismatch(place, "JSONArray", value);
      return value.map((item, index) => coerce(shape.item, item, `${place}/${index}`));
    case "object":
      if (!isMapping(value)) throw mismatch(place, "JSONObject", value);
      return coerceObject(shape, value, place);
  }
}

function coerceObject(shape: Shape & { kind: "object" }, value: Mapping, place: string): Mapping {
  for (const name of shape.required)
    if (value[name] === undefined) throw new Error(`${place}: required key [${name}] not found`);
  return mapEntries(value, (inner, name) => {
    const field = shape.fields[name];
    if (!field)
      throw new Error(
        `${place}: extraneous key [${name}] is not permitted (supported: ${Object.keys(shape.fields).join(", ")})`,
      );
    return coerce(field, inner, `${place}/${name}`);
  });
}

function coerceText(values: readonly string[] | undefined, value: Value, place: string): string {
  if (value === null || typeof value === "object") throw mismatch(place, "String", value);
  const result = String(value);
  if (values && !values.includes(result))
    throw new Error(`${place}: ${result} is not a valid enum value (allowed: ${values.join(", ")})`);
  return result;
}

function coerceNumber(whole: boolean, value: Value, place: string): number {
  const result = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const isValid = whole ? Number.isInteger(result) : Number.isFinite(result);
  if (isValid) return result as number;
  throw mismatch(place, whole ? "Integer" : "Number", value);
}

function mismatch(place: string, expected: string, value: Value): Error {
  return new Error(`${place}: expected type: ${expected}, found: ${JSON.stringify(value)}`);
}

/** Property names as services with camelCase members take them; keys of maps and documents stay. */
// biome-ignore lint/suspicious/noExplicitAny: the input of an operation, whose type the caller knows
export function camelCase<Input = any>(shape: Shape, value: unknown): Input {
  return (lowered(shape, value as Value) ?? undefined) as Input;
}

function lowered(shape: Shape, value: Value): Value {
  if (shape.kind === "list" && Array.isArray(value)) return value.map((item) => lowered(shape.item, item));
  if (shape.kind !== "object" || !isMapping(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    // `ECSServices` becomes `ecsServices`.
    const member = name.replace(/^([A-Z]+(?=[A-Z][a-z])|[A-Z])/, (first) => first.toLowerCase());
    return [member, lowered(shape.fields[name] ?? { kind: "json" }, inner)];
  });
  return Object.fromEntries(entries);
}

function mapEntries(value: Mapping, change: (inner: Value, name: string) => Value): Mapping {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, change(inner, name)]));
}
