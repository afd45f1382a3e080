import { fromJson, toJson } from "./json.ts";
import type { OperationModel } from "./models.ts";
import {
  fromText,
  httpOf,
  isBound,
  type Member,
  membersOf,
  missingMember,
  schemaOf,
  traitsOf,
  unknownMember,
} from "./schema.ts";
import type { Message } from "./signature.ts";
import { jsonErrors, type Reply, type Wire } from "./wire.ts";

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
  const sources = {
    labels: matchPath(operation.http?.[1] ?? "", pathOf(message.url)) ?? {},
    query: new URL(message.url, "http://localhost").searchParams,
    message,
  };
  const members = membersOf(schema);
  refuseUnknownQuery(sources.query, members);
  const bound: Record<string, unknown> = {};
  for (const member of members.filter(({ schema: each }) => isBound(traitsOf(each)))) {
    const value = boundValue(member, sources);
    if (value !== undefined) bound[member.name] = value;
    else if (member.required) throw missingMember(member.name);
  }
  const isPayload = members.some(({ schema: each }) => traitsOf(each).httpPayload);
  if (isPayload) return bound;
  return { ...(fromJson(schema, bodyOf(message), "", new Set(Object.keys(bound))) as object), ...bound };
}

function refuseUnknownQuery(query: URLSearchParams, members: readonly Member[]): void {
  const known = members.filter(({ schema }) => traitsOf(schema).httpQuery);
  for (const name of query.keys())
    if (!known.some(({ schema }) => traitsOf(schema).httpQuery === name)) throw unknownMember(name, known);
}

interface Sources {
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly message: Message;
}

/** Returns the value of a member outside the body, or that is the whole of it. */
function boundValue({ name, schema }: Member, { labels, query, message }: Sources): unknown {
  const { httpLabel, httpQuery, httpHeader, httpPayload } = traitsOf(schema);
  if (httpPayload) return message.body.length > 0 ? message.body : undefined;
  const text = httpLabel
    ? labels[name]
    : httpQuery
      ? query.get(httpQuery)
      : message.headers[httpHeader?.toLowerCase() ?? ""];
  return text === undefined || text === null ? undefined : fromText(schema, text.toString(), name);
}

function bodyOf({ body }: Message): unknown {
  return body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
}

function writeReply(operation: OperationModel, output: Record<string, unknown>): Reply {
  const schema = schemaOf(operation.output);
  const headers: Record<string, string> = {};
  let statusCode = operation.http?.[2] ?? 200;
  let payload: Uint8Array | string | undefined;
  const inBody = { ...output };
  for (const { name, schema: member } of membersOf(schema)) {
    const { httpHeader, httpPayload, httpResponseCode } = traitsOf(member);
    const value = output[name];
    if (httpPayload) payload = (value as Uint8Array | undefined) ?? "";
    else if (httpResponseCode) statusCode = Number(value ?? statusCode);
    else if (httpHeader && value !== undefined) headers[httpHeader] = String(value);
    if (isBound(traitsOf(member))) delete inBody[name];
  }
  const body = statusCode === 204 ? "" : (payload ?? JSON.stringify(toJson(schema, inBody) ?? {}));
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
