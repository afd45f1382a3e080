import { membersOf, missingMember, type Schema, typeName, unknownMember, wrongType } from "./schema.ts";

/**
 * Reads an awsJson value by its schema: timestamps (epoch seconds) become Date, blobs (base64) bytes. Throws ShapeError
 * for an unknown member, a wrong type or a missing required member. `elsewhere` lists members of the outermost
 * structure that are outside the body.
 */
export function fromJson(
  schema: Schema,
  value: unknown,
  path = "",
  elsewhere: ReadonlySet<string> = new Set(),
): unknown {
  if (schema.isDocumentSchema()) return value;
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrongType(path, "a list");
    return value.map((item, index) => fromJson(schema.getValueSchema(), item, `${path}[${index}]`));
  }
  if (schema.isMapSchema()) {
    if (!isRecord(value)) throw wrongType(path, "a map");
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        fromJson(schema.getValueSchema(), item, `${path}.${key}`),
      ]),
    );
  }
  if (schema.isStructSchema()) return structure(schema, value, path, elsewhere);
  return scalar(schema, value, path);
}

/** Copies an awsJson value with the members of its schema: AWS silently ignores others. */
export function knownMembers(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value))
    return schema.isListSchema() ? value.map((item) => knownMembers(schema.getValueSchema(), item)) : value;
  if (!isRecord(value) || !schema.isStructSchema()) return value;
  const members = membersOf(schema);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const member = members.find((candidate) => candidate.name === name);
      return member ? [[name, knownMembers(member.schema, item)]] : [];
    }),
  );
}

function structure(schema: Schema, value: unknown, path: string, elsewhere: ReadonlySet<string>): object {
  if (!isRecord(value)) throw wrongType(path, "a structure");
  const members = membersOf(schema);
  const result: Record<string, unknown> = {};
  const at = (name: string) => (path ? `${path}.${name}` : name);
  for (const [name, item] of Object.entries(value)) {
    const member = members.find((candidate) => candidate.name === name);
    if (!member) throw unknownMember(at(name), members);
    if (item !== null) result[name] = fromJson(member.schema, item, at(name));
  }
  for (const { name, required } of members)
    if (required && result[name] === undefined && !elsewhere.has(name)) throw missingMember(at(name));
  return result;
}

function scalar(schema: Schema, value: unknown, path: string): unknown {
  const reject = () => wrongType(path, typeName(schema));
  if (schema.isTimestampSchema()) {
    if (typeof value !== "number") throw reject();
    return new Date(value * 1000);
  }
  if (schema.isBlobSchema()) {
    if (typeof value !== "string") throw reject();
    return Buffer.from(value, "base64");
  }
  const fits = schema.isBooleanSchema()
    ? typeof value === "boolean"
    : schema.isStringSchema()
      ? typeof value === "string"
      : typeof value === "number";
  if (!fits) throw reject();
  return value;
}

/** Writes an output by its schema; a member missing in the schema is a bug of the simulator and throws. */
export function toJson(schema: Schema, value: unknown, leaf: Leaf = jsonLeaf): unknown {
  if (value === undefined || value === null || schema.isDocumentSchema()) return value;
  if (schema.isListSchema())
    return (value as unknown[]).map((item) => toJson(schema.getValueSchema(), item, leaf));
  if (schema.isMapSchema())
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toJson(schema.getValueSchema(), item, leaf)]),
    );
  if (!schema.isStructSchema()) return leaf(schema, value);
  const result: Record<string, unknown> = {};
  for (const { name, schema: memberSchema } of membersOf(schema)) {
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) result[name] = toJson(memberSchema, member, leaf);
  }
  return result;
}

/** Writes a value without members in a protocol. */
type Leaf = (schema: Schema, value: unknown) => unknown;

export const jsonLeaf: Leaf = (schema, value) => {
  // awsJson uses seconds; the fraction holds the milliseconds.
  if (schema.isTimestampSchema()) return (value as Date).getTime() / 1000;
  return schema.isBlobSchema() ? Buffer.from(value as Uint8Array).toString("base64") : value;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
