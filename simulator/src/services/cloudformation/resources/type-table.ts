import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type Fields, list, object, oneOf, type Shape, tags } from "./shape.ts";

/** Row of types.yaml, which explains each member. */
export interface TypeRow {
  readonly properties: Fields;
  readonly required?: readonly string[];
  readonly replacement?: readonly string[];
  readonly nameProperty?: string;
  readonly nameScope?: string;
  readonly importedBy?: string;
  readonly identity?: boolean;
  readonly keptBySnapshot?: boolean;
}

const text = readFileSync(new URL("types.yaml", import.meta.url), "utf8");
const rows: Record<string, TypeRow & { properties: Record<string, unknown> }> = parse(text);

const kinds = ["text", "integer", "number", "boolean", "json", "map"] as const;

/**
 * Reads a shape in the notation of types.yaml.
 *
 * @internal
 */
export function shapeOf(given: unknown): Shape {
  if (Array.isArray(given)) return list(shapeOf(given[0]));
  if (typeof given === "object" && given !== null)
    return "values" in given ? oneOf(...(given.values as string[])) : objectOf(given);
  const kind = kinds.find((each) => each === given);
  if (kind) return { kind };
  return given === "tags" ? tags : oneOf(...String(given).split(" | "));
}

/** The names of required members end in `!`. */
function objectOf(members: object): Shape & { kind: "object" } {
  const names = Object.keys(members);
  const fields = Object.entries(members).map(([name, given]) => [name.replace("!", ""), shapeOf(given)]);
  const required = names.filter((name) => name.endsWith("!")).map((name) => name.slice(0, -1));
  return object(Object.fromEntries(fields), required);
}

export const typeTable: Readonly<Record<string, TypeRow>> = Object.fromEntries(
  Object.entries(rows).map(([name, row]) => {
    const { fields, required } = objectOf(row.properties);
    return [name, { ...row, properties: fields, required }];
  }),
);

/** Returns the shape of a type's properties. */
export function propertiesOf(type: string): Shape {
  return object(typeTable[type]?.properties ?? {});
}
