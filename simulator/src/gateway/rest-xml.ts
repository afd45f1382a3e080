import type { Readable } from "node:stream";
import type { OperationModel, WireModel } from "./models.ts";
import { queryOf, readBound, writeBound } from "./rest.ts";
import { httpOf, membersOf, type Schema, schemaOf, traitsOf } from "./schema.ts";
import type { Message } from "./signature.ts";
import type { Reply, Wire } from "./wire.ts";
import { escapeXml, fromXml, parseXml, toXml } from "./xml.ts";

/** Operations whose success is 204 in S3, unlike in its model (samples of the API reference). */
const noContent = ["PutBucketPolicy", "PutBucketTagging"];
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** restXml as in S3, in path style. Source: Smithy 2.0, "AWS restXml protocol"; S3 API reference. */
export const restXmlWire: Wire = {
  errors: {
    unknownOperation: "UnknownOperationException",
    malformed: "MalformedXML",
    unknownParameter: "InvalidArgument",
    missingParameter: "InvalidRequest",
    expiredToken: "ExpiredToken",
    missingToken: "AccessDenied",
    internal: "InternalError",
    unavailable: "ServiceUnavailable",
    throttled: { code: "SlowDown", statusCode: 503 },
    denied: { code: "AccessDenied", statusCode: 403 },
    tooLarge: { code: "EntityTooLarge", statusCode: 400 },
    unknownKey: {
      code: "InvalidAccessKeyId",
      message: "The AWS Access Key Id you provided does not exist in our records.",
      statusCode: 403,
    },
    wrongSignature: {
      code: "SignatureDoesNotMatch",
      message:
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      statusCode: 403,
    },
    otherRegion: { code: "AuthorizationHeaderMalformed", statusCode: 400 },
  },
  find: findXmlOperation,
  read: (operation, message) =>
    readBound(operation, unchunk(message), { ...pathLabels(message.url) }, readPayload),
  write: (model, operation, output, requestId) => {
    const reply = writeReply(model, operation, output as Record<string, unknown>);
    return { ...reply, headers: { ...reply.headers, ...requestHeaders(requestId) } };
  },
  fail: ({ code, message, statusCode, members = {} }, requestId) => ({
    statusCode,
    contentType: "application/xml",
    headers: requestHeaders(requestId),
    // Neither has a body: 304 by HTTP, and Node itself removes that of HEAD.
    body:
      statusCode === 304
        ? ""
        : `${declaration}<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>${elements(members)}<RequestId>${requestId}</RequestId><HostId>simulator</HostId></Error>`,
  }),
};

function elements(members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join("");
}

function requestHeaders(requestId: string) {
  return { "x-amz-request-id": requestId, "x-amz-id-2": "simulator" };
}

function readPayload(schema: Schema, name: string, { body }: Message): unknown {
  if (!schema.isStructSchema()) return schema.isBlobSchema() ? body : body.toString("utf8") || undefined;
  return body.length === 0 ? undefined : fromXml(schema, parseXml(body.toString("utf8")), name);
}

function writeReply(model: WireModel, operation: OperationModel, output: Record<string, unknown>): Reply {
  const { schema, headers, payload, inBody, ...reply } = writeBound(operation, output);
  const partial = headers["Content-Range"] !== undefined;
  const statusCode = partial ? 206 : noContent.includes(operation.name) ? 204 : reply.statusCode;
  if (payload) return { statusCode, headers, ...writePayload(model, payload.schema, output[payload.name]) };
  const body = Object.keys(inBody).length > 0 ? document(model, schema, inBody) : "";
  return { statusCode, contentType: "application/xml", headers, body };
}

function writePayload(
  model: WireModel,
  schema: Schema,
  value: unknown,
): Pick<Reply, "body"> & { contentType: string } {
  if (schema.isStructSchema())
    return {
      contentType: "application/xml",
      body: value === undefined ? "" : document(model, schema, value),
    };
  const contentType = schema.isBlobSchema() ? "binary/octet-stream" : "application/json";
  return { contentType, body: (value ?? "") as string | Uint8Array | Readable };
}

function document(model: WireModel, schema: Schema, value: unknown): string {
  const { xmlName } = schema.getMergedTraits() as { xmlName?: string };
  const root = xmlName ?? schema.getName() ?? "";
  // S3 does not wrap a bucket's location: the root element holds the member's text itself.
  const content =
    root === "LocationConstraint"
      ? escapeXml((value as { LocationConstraint?: string }).LocationConstraint ?? "")
      : toXml(schema, value);
  return `${declaration}<${root} xmlns="${model.namespace}">${content}</${root}>`;
}

/**
 * Extracts a body from the chunks that an SDK signs or adds checksums to while sending. Headers that follow the body,
 * such as its checksum, are moved to the others. Source: S3 API reference, "Signature calculations for the
 * authorization header: transferring payload in multiple chunks". Throws SyntaxError for a body that is cut off.
 *
 * @internal
 */
export function unchunk(message: Message): Message {
  const kind = message.headers["x-amz-content-sha256"];
  if (typeof kind !== "string" || !kind.startsWith("STREAMING-")) return message;
  const { chunks, end } = readChunks(message.body);
  const body = Buffer.concat(chunks);
  const declared = message.headers["x-amz-decoded-content-length"];
  if (declared !== undefined && Number(declared) !== body.length)
    throw new SyntaxError(`x-amz-decoded-content-length is ${declared}, but ${body.length} bytes came.`);
  return { ...message, body, headers: { ...plainHeaders(message), ...trailers(message.body.subarray(end)) } };
}

function readChunks(body: Buffer): { chunks: Buffer[]; end: number } {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", position);
    const line = lineEnd < 0 ? "" : body.toString("latin1", position, lineEnd);
    const size = Number.parseInt(line, 16);
    const start = lineEnd + 2;
    if (!/^[0-9a-fA-F]+(;.*)?$/.test(line) || start + size > body.length)
      throw new SyntaxError("The chunked body ends before its last chunk.");
    if (size === 0) return { chunks, end: start };
    chunks.push(body.subarray(start, start + size));
    position = start + size + 2;
  }
}

function trailers(rest: Buffer): Record<string, string> {
  const lines = rest.toString("latin1").split("\r\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
    }),
  );
}

/** Removes the headers of the chunks' encoding. */
function plainHeaders({ headers }: Message): Message["headers"] {
  const { "content-encoding": encoding = "", "content-length": _, ...rest } = headers;
  const others = encoding.split(",").map((each) => each.trim());
  const kept = others.filter((each) => each !== "aws-chunked" && each !== "").join(",");
  return kept === "" ? rest : { ...rest, "content-encoding": kept };
}

/** `/bucket/key`: S3's labels in the path; its model leaves the bucket to the endpoint. */
function pathLabels(url: string): { Bucket?: string; Key?: string } {
  const [, Bucket = "", Key = ""] = /^\/([^/]*)(?:\/(.*))?$/s.exec(url.split("?")[0] ?? "") ?? [];
  return {
    ...(Bucket === "" ? {} : { Bucket: decode(Bucket) }),
    ...(Key === "" ? {} : { Key: decode(Key) }),
  };
}

/** Returns badly encoded text unchanged: no bucket or object has that name. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Candidate {
  readonly name: string;
  readonly method: string;
  readonly labels: string;
  /** Required names in the query, with their values where those are fixed. */
  readonly literals: readonly (readonly [string, string])[];
  /** Required parameters of the query and headers. */
  readonly query: readonly string[];
  readonly headers: readonly string[];
}

const candidates = new WeakMap<object, readonly Candidate[]>();

/**
 * Returns the operation that fits a request by method, path and parameters; of several, the one with most required
 * parameters.
 */
function findXmlOperation(module: Record<string, unknown>, message: Message): string | undefined {
  const known = candidates.get(module) ?? Object.values(module).flatMap(candidateOf);
  candidates.set(module, known);
  const query = queryOf(message.url);
  const labels = Object.keys(pathLabels(message.url)).join();
  const fitting = known.filter(
    (candidate) =>
      candidate.method === message.method &&
      candidate.labels === labels &&
      candidate.literals.every(([name, value]) => query.has(name) && query.get(name) === value) &&
      candidate.query.every((name) => query.has(name)) &&
      candidate.headers.every((name) => message.headers[name] !== undefined),
  );
  const asked = query.get("x-id");
  const weight = ({ name, literals, query: needed, headers }: Candidate) =>
    2 * (literals.length + needed.length + headers.length) + (name === asked ? 1 : 0);
  return fitting.sort((a, b) => weight(b) - weight(a))[0]?.name;
}

function candidateOf(schema: unknown): Candidate[] {
  const [method, template] = httpOf(schema) ?? [];
  if (method === undefined || template === undefined) return [];
  const [, , name, , input] = schema as [number, string, string, object, unknown];
  const inputSchema = schemaOf(input);
  const members = inputSchema.isStructSchema() ? membersOf(inputSchema) : [];
  const required = members.filter((member) => member.required).map((member) => traitsOf(member.schema));
  const literals = [...queryOf(template)].filter(([parameter]) => parameter !== "x-id");
  return [
    {
      name,
      method,
      labels: members.flatMap((member) => labelName(member.name, member.schema)).join(),
      literals,
      query: required.flatMap(({ httpQuery }) => (httpQuery ? [httpQuery] : [])),
      headers: required.flatMap(({ httpHeader }) => (httpHeader ? [httpHeader.toLowerCase()] : [])),
    },
  ];
}

function labelName(name: string, schema: Schema): string[] {
  return traitsOf(schema).httpLabel ? [name] : [];
}
