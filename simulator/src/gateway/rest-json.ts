import { fromJson, toJson } from "./json.ts";
import type { OperationModel } from "./models.ts";
import { readBound, writeBound } from "./rest.ts";
import { httpOf, membersOf, schemaOf, traitsOf } from "./schema.ts";
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
