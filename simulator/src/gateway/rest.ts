import type { OperationModel } from "./models.ts";
import {
  fromText,
  isBound,
  type Member,
  membersOf,
  missingMember,
  type Schema,
  schemaOf,
  traitsOf,
  unknownMember,
} from "./schema.ts";
import type { Message } from "./signature.ts";

export function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.split("?")[1] ?? "");
}

/**
 * Returns the members of a request that are in its path, query and headers, or that are its whole body, which
 * `readPayload` reads. Source: Smithy 2.0, "HTTP binding traits".
 */
export function readBound(
  operation: OperationModel,
  message: Message,
  labels: Readonly<Record<string, string>>,
  readPayload: (schema: Schema, name: string, message: Message) => unknown,
): Record<string, unknown> {
  const members = membersOf(schemaOf(operation.input)).filter(({ schema }) => isBound(traitsOf(schema)));
  const query = queryOf(message.url);
  refuseUnknownQuery(operation, query, members);
  const bound: Record<string, unknown> = {};
  for (const { name, schema, required } of members) {
    const { httpLabel, httpQuery, httpHeader, httpPrefixHeaders, httpPayload } = traitsOf(schema);
    const text = httpLabel
      ? labels[name]
      : httpQuery
        ? query.get(httpQuery)
        : message.headers[httpHeader?.toLowerCase() ?? ""]?.toString();
    const value = httpPayload
      ? readPayload(schema, name, message)
      : httpPrefixHeaders
        ? prefixed(message, httpPrefixHeaders)
        : text === undefined || text === null
          ? undefined
          : fromText(schema, text, name);
    if (value !== undefined) bound[name] = value;
    else if (required) throw missingMember(name);
  }
  return bound;
}

function prefixed({ headers }: Message, prefix: string): Record<string, string> | undefined {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), String(value)]));
}

function refuseUnknownQuery(
  { http }: OperationModel,
  query: URLSearchParams,
  members: readonly Member[],
): void {
  const literals = queryOf(http?.[1] ?? "");
  const known = members.filter(({ schema }) => traitsOf(schema).httpQuery);
  for (const name of query.keys()) {
    const isKnown = known.some(({ schema }) => traitsOf(schema).httpQuery === name);
    if (name !== "x-id" && !literals.has(name) && !isKnown) throw unknownMember(name, known);
  }
}

/** Divides an output into the response's status and headers, its payload if it has one, and the rest for its body. */
export function writeBound(operation: OperationModel, output: Record<string, unknown>) {
  const schema = schemaOf(operation.output);
  const members = schema.isStructSchema() ? membersOf(schema) : [];
  const unbound = members.filter((member) => !isBound(traitsOf(member.schema)));
  const headers: Record<string, string> = {};
  for (const member of members) Object.assign(headers, headersOf(member.schema, output[member.name]));
  const code = members.find((member) => traitsOf(member.schema).httpResponseCode);
  return {
    schema,
    headers,
    statusCode: Number((code && output[code.name]) ?? operation.http?.[2] ?? 200),
    payload: members.find((member) => traitsOf(member.schema).httpPayload),
    inBody: Object.fromEntries(unbound.map(({ name }) => [name, output[name]])),
  };
}

function headersOf(schema: Schema, value: unknown): Record<string, string> {
  const { httpHeader, httpPrefixHeaders } = traitsOf(schema);
  if (value === undefined || value === null) return {};
  if (httpPrefixHeaders)
    return Object.fromEntries(
      Object.entries(value as object).map(([name, text]) => [httpPrefixHeaders + name, String(text)]),
    );
  if (!httpHeader) return {};
  return { [httpHeader]: value instanceof Date ? value.toUTCString() : String(value) };
}
