import { fromJson, toJson } from "./json.ts";
import type { OperationModel } from "./models.ts";
import {
  fromText,
  httpOf,
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
import { jsonErrors, type Reply, type Wire } from "./wire.ts";

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

/** Returns the operation whose http trait fits; undefined when the service has none. */
function findRestOperation(module: Record<string, unknown>, { method, url }: Message): string | undefined {
  const path = pathOf(url);
  for (const schema of Object.values(module)) {
    const [wantedMethod, template] = httpOf(schema) ?? [];
    if (wantedMethod === method && template !== undefined && matchPath(template, path))
      return (schema as string[])[2];
  }
  return undefined;
}

/** restJson1 without streams: labels, query, headers and payload. Source: Smithy 2.0, "HTTP binding traits". */
export const restJsonWire: Wire = {
  errors: {
    ...jsonErrors,
    unknownParameter: "InvalidParameterValueException",
    internal: "ServiceException",
    throttled: { code: "TooManyRequestsException", statusCode: 429 },
    denied: { code: "AccessDeniedException", statusCode: 403 },
    tooLarge: { code: "RequestTooLargeException", statusCode: 413 },
    unknownKey: { ...jsonErrors.unknownKey, statusCode: 403 },
    wrongSignature: { ...jsonErrors.wrongSignature, statusCode: 403 },
  },
  find: findRestOperation,
  read: (operation, message) => readMessage(operation, message),
  write: (_model, operation, output) => writeReply(operation, output as Record<string, unknown>),
  fail: ({ code, message, statusCode }) => ({
    statusCode,
    contentType: "application/json",
    headers: { "x-amzn-errortype": code },
    body: JSON.stringify({ Type: statusCode < 500 ? "User" : "Service", Message: message }),
  }),
};

function readMessage(operation: OperationModel, message: Message): object {
  const schema = schemaOf(operation.input);
  const labels = matchPath(operation.http?.[1] ?? "", pathOf(message.url)) ?? {};
  const { body } = message;
  const bound = readBound(operation, message, labels, () => (body.length > 0 ? body : undefined));
  if (membersOf(schema).some((member) => traitsOf(member.schema).httpPayload)) return bound;
  const document: unknown = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  return { ...(fromJson(schema, document, "", new Set(Object.keys(bound))) as object), ...bound };
}

function writeReply(operation: OperationModel, output: Record<string, unknown>): Reply {
  const { schema, headers, statusCode, payload, inBody } = writeBound(operation, output);
  const content = payload
    ? ((output[payload.name] as Uint8Array | undefined) ?? "")
    : JSON.stringify(toJson(schema, inBody) ?? {});
  const body = statusCode === 204 ? "" : content;
  return { statusCode, contentType: "application/json", headers, body };
}

function pathOf(url: string): string {
  return (url.split("?")[0] ?? "/").replace(/(.)\/$/, "$1");
}

/** Returns labels by name when the path fits a template such as `/functions/{FunctionName}/code`. */
function matchPath(template: string, path: string): Record<string, string> | undefined {
  const wanted = pathOf(template).split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, step] of wanted.entries()) {
    const name = /^\{(\w+)\+?\}$/.exec(step)?.[1];
    const value = given[index] ?? "";
    if (name === undefined ? step !== value : value === "") return undefined;
    if (name !== undefined) labels[name] = decodeURIComponent(value);
  }
  return labels;
}
