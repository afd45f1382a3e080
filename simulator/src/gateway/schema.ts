import { NormalizedSchema } from "@smithy/core/schema";

export type Schema = NormalizedSchema;

/** One member of a structure, and whether it is optional in a request. */
export interface Member {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

const members = new WeakMap<object, readonly Member[]>();

export const schemaOf = (schema: unknown): Schema => NormalizedSchema.of(schema as never);

/**
 * Members of a structure. A static schema is `[3, namespace, name, traits, names, schemas, requiredCount]`, its
 * required members first.
 */
export function membersOf(structure: Schema): readonly Member[] {
  const raw = structure.getSchema() as unknown as object;
  const known = members.get(raw);
  if (known) return known;
  const requiredCount = Number((raw as unknown[])[6] ?? 0);
  const found = [...structure.structIterator()].map(([name, schema], index) => ({
    name,
    schema,
    required: index < requiredCount,
  }));
  members.set(raw, found);
  return found;
}

/** A request whose shape does not match the model of its operation. */
export class ShapeError extends Error {
  readonly kind: "unknown" | "type" | "missing";

  constructor(kind: "unknown" | "type" | "missing", message: string) {
    super(message);
    this.name = "ShapeError";
    this.kind = kind;
  }
}

export const unknownMember = (path: string, allowed: readonly Member[]) =>
  new ShapeError(
    "unknown",
    `Unknown parameter ${path}; the operation knows ${allowed.map(({ name }) => name).join(", ") || "none"}`,
  );

export const wrongType = (path: string, expected: string) =>
  new ShapeError("type", `Invalid type for parameter ${path || "(the request)"}: expected ${expected}`);

export const missingMember = (path: string) =>
  new ShapeError("missing", `Missing required parameter ${path}`);

/** Returns the name of a scalar schema's type for error messages. */
export function typeName(schema: Schema): string {
  if (schema.isListSchema()) return "a list";
  if (schema.isMapSchema()) return "a map";
  if (schema.isStructSchema()) return "a structure";
  if (schema.isTimestampSchema()) return "a timestamp";
  if (schema.isBooleanSchema()) return "a boolean";
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema())
    return "a number";
  if (schema.isBlobSchema()) return "a blob";
  return "a string";
}

/** Place of a member in a message. Source: Smithy 2.0, "HTTP binding traits". */
interface HttpTraits {
  readonly httpLabel?: number;
  readonly httpQuery?: string;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: number;
  readonly httpResponseCode?: number;
}

export function traitsOf(schema: Schema): HttpTraits {
  return schema.getMergedTraits() as HttpTraits;
}

/** Returns whether a member is outside the document in the body. */
export function isBound(traits: HttpTraits): boolean {
  const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders, httpPayload, httpResponseCode } = traits;
  return Boolean(
    httpLabel || httpQuery || httpHeader || httpPrefixHeaders || httpPayload || httpResponseCode,
  );
}

/** Converts a label, a query parameter or a header to its member's type. */
export function fromText(schema: Schema, text: string, name: string): unknown {
  if (schema.isListSchema())
    return text.split(",").map((item) => fromText(schema.getValueSchema(), item.trim(), name));
  if (schema.isBooleanSchema()) return text === "true";
  return fromScalar(schema, text, name, "a date");
}

/** Converts the text of a form or of XML to a scalar type. `timestamp` describes a valid one, for the error. */
export function fromScalar(schema: Schema, text: string, path: string, timestamp: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text !== "true" && text !== "false") throw wrongType(path, "true or false");
    return text === "true";
  }
  if (schema.isNumericSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) {
    if (text.trim() === "" || !Number.isFinite(Number(text))) throw wrongType(path, "a number");
    return Number(text);
  }
  if (schema.isTimestampSchema()) {
    const date = new Date(text);
    if (Number.isNaN(date.getTime())) throw wrongType(path, timestamp);
    return date;
  }
  return schema.isBlobSchema() ? Buffer.from(text, "base64") : text;
}

/** Returns the method, path and status in an operation's static schema. */
export function httpOf(schema: unknown): [string, string, number] | undefined {
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  return (schema[3] as { http?: [string, string, number] }).http;
}
