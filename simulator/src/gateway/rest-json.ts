import { fromJson, toJson } from "./json.ts";
import type { Message } from "./message.ts";
import type { OperationModel } from "./models.ts";
import { type Member, membersOf, missingMember, type Schema, schemaOf, wrongType } from "./schema.ts";
import { jsonErrors, type Reply, type Wire } from "./wire.ts";

interface HttpTraits {
  readonly httpLabel?: number;
  readonly httpQuery?: string;
  readonly httpHeader?: string;
  readonly httpPayload?: number;
  readonly httpResponseCode?: number;
}

/** Name of the operation whose http trait fits; undefined when the service has none for it. */
export function findRestOperation(
  module: Record<string, unknown>,
  { method, url }: Message,
): string | undefined {
  const path = pathOf(url);
  for (const schema of Object.values(module)) {
    const [wantedMethod, template] = httpOf(schema) ?? [];
    if (wantedMethod === method && template !== undefined && matchPath(template, path))
      return (schema as string[])[2];
  }
  return undefined;
}

function httpOf(schema: unknown): [string, string, number] | undefined {
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  return (schema[3] as { http?: [string, string, number] }).http;
}

/** restJson1 without streams: labels, query, headers and payload. Source: Smithy 2.0, "HTTP binding traits". */
export const restJsonWire: Wire = {
  errors: {
    ...jsonErrors,
    unknownParameter: "InvalidParameterValueException",
    internal: "ServiceException",
    throttled: { code: "TooManyRequestsException", statusCode: 429 },
    denied: { code: "AccessDeniedException", statusCode: 403 },
  },
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
  const [, template = ""] = operation.http ?? [];
  const labels = matchPath(template, pathOf(message.url)) ?? {};
  const query = new URL(message.url, "http://localhost").searchParams;
  const result: Record<string, unknown> = {};
  const inBody: Member[] = [];
  for (const member of membersOf(schema)) {
    const traits = member.schema.getMergedTraits() as HttpTraits;
    if (traits.httpPayload) result[member.name] = message.body.length > 0 ? message.body : undefined;
    else if (!isBound(traits)) inBody.push(member);
    else {
      const text = textOf(traits, member.name, { labels, query, message });
      if (text !== undefined) result[member.name] = fromText(member.schema, text, member.name);
    }
    if (member.required && isBound(traits) && result[member.name] === undefined)
      throw missingMember(member.name);
  }
  return inBody.length === 0
    ? result
    : { ...(fromJson(schema, bodyOf(message), "", new Set(Object.keys(result))) as object), ...result };
}

function isBound({ httpLabel, httpQuery, httpHeader, httpPayload, httpResponseCode }: HttpTraits): boolean {
  return Boolean(httpLabel || httpQuery || httpHeader || httpPayload || httpResponseCode);
}

function textOf(
  { httpLabel, httpQuery, httpHeader }: HttpTraits,
  name: string,
  { labels, query, message }: { labels: Record<string, string>; query: URLSearchParams; message: Message },
): string | undefined {
  if (httpLabel) return labels[name];
  if (httpQuery) return query.get(httpQuery) ?? undefined;
  return message.headers[httpHeader?.toLowerCase() ?? ""]?.toString();
}

function fromText(schema: Schema, text: string, name: string): unknown {
  if (schema.isBooleanSchema()) return text === "true";
  if (!schema.isNumericSchema()) return text;
  if (!Number.isFinite(Number(text))) throw wrongType(name, "a number");
  return Number(text);
}

function bodyOf({ body }: Message): unknown {
  return body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
}

function writeReply(operation: OperationModel, output: Record<string, unknown>): Reply {
  const headers: Record<string, string> = {};
  let statusCode = operation.http?.[2] ?? 200;
  let payload: Uint8Array | undefined;
  const rest = { ...output };
  for (const { name, schema } of membersOf(schemaOf(operation.output))) {
    const traits = schema.getMergedTraits() as HttpTraits;
    const value = output[name];
    if (!isBound(traits)) continue;
    delete rest[name];
    if (value === undefined) continue;
    if (traits.httpResponseCode) statusCode = value as number;
    else if (traits.httpHeader) headers[traits.httpHeader] = String(value);
    else if (traits.httpPayload) payload = value as Uint8Array;
  }
  const hasPayload = membersOf(schemaOf(operation.output)).some(
    ({ schema }) => (schema.getMergedTraits() as HttpTraits).httpPayload,
  );
  const body = hasPayload ? (payload ?? "") : JSON.stringify(toJson(schemaOf(operation.output), rest) ?? {});
  return { statusCode, contentType: "application/json", headers, body: statusCode === 204 ? "" : body };
}

function pathOf(url: string): string {
  return (url.split("?")[0] ?? "/").replace(/(.)\/$/, "$1");
}

/** Labels by name when the path fits a template such as `/functions/{FunctionName}/code`. */
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
