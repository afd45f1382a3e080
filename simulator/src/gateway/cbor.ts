import { cbor, dateToTag } from "@smithy/core/cbor";
import { fromJson, jsonLeaf, toJson } from "./json.ts";
import { type Schema, schemaOf } from "./schema.ts";
import { jsonErrors, type Wire } from "./wire.ts";

const contentType = "application/cbor";
const headers = { "smithy-protocol": "rpc-v2-cbor" };

/** Smithy RPC v2 with CBOR, which the newest clients prefer if a service supports it. Source: Smithy 2.0. */
export const cborWire: Wire = {
  errors: jsonErrors,
  read: (operation, { body }) =>
    fromJson(schemaOf(operation.input), body.length === 0 ? {} : asJson(cbor.deserialize(body))) as object,
  write: (_model, operation, output) => ({
    statusCode: 200,
    contentType,
    headers,
    body: cbor.serialize(toJson(schemaOf(operation.output), output, leaf) ?? {}),
  }),
  fail: ({ code, message, messageMember = "message", statusCode, queryCode }) => ({
    statusCode,
    contentType,
    headers: queryCode ? { ...headers, "x-amzn-query-error": `${queryCode};Sender` } : headers,
    body: cbor.serialize({ __type: code, [messageMember]: message }),
  }),
};

/** Timestamps are sent as tagged seconds; bytes unchanged. */
function leaf(schema: Schema, value: unknown): unknown {
  if (schema.isTimestampSchema()) return dateToTag(value as Date);
  return schema.isBlobSchema() ? value : jsonLeaf(schema, value);
}

function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? Number(value) : value;
  if ("tag" in value && "value" in value) return asJson(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asJson(item)]));
}
