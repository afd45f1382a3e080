import { type Schema, wrongType } from "./schema.ts";

/** Place of a member in a message. Source: Smithy 2.0, "HTTP binding traits". */
export interface HttpTraits {
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
  if (schema.isTimestampSchema()) {
    const date = new Date(text);
    if (Number.isNaN(date.getTime())) throw wrongType(name, "a date");
    return date;
  }
  if (!schema.isNumericSchema()) return text;
  if (text.trim() === "" || !Number.isFinite(Number(text))) throw wrongType(name, "a number");
  return Number(text);
}

/** Returns the method, path and status in an operation's static schema. */
export function httpOf(schema: unknown): [string, string, number] | undefined {
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  return (schema[3] as { http?: [string, string, number] }).http;
}
