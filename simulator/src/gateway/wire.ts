import type { Readable } from "node:stream";
import { cbor, dateToTag } from "@smithy/core/cbor";
import type { AwsError } from "../kit/errors.ts";
import { fromJson, jsonLeaf, knownMembers, toJson } from "./json.ts";
import { type ErrorModel, findError, type OperationModel, type Protocol, type WireModel } from "./models.ts";
import { formTree, fromForm } from "./query.ts";
import { type Schema, schemaOf } from "./schema.ts";
import type { Message } from "./signature.ts";
import { escapeXml, toXml } from "./xml.ts";

export interface Reply {
  readonly statusCode: number;
  readonly contentType: string;
  /** A stream's length is in the headers. */
  readonly body: string | Uint8Array | Readable;
  /** Headers other than the content type, its length and the request's id. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A protocol's names of the errors of every service (Common Errors of the API references). */
export interface CommonErrors {
  readonly unknownOperation: string;
  readonly malformed: string;
  readonly unknownParameter: string;
  readonly missingParameter: string;
  readonly expiredToken: string;
  readonly missingToken: string;
  readonly internal: string;
  readonly unavailable: string;
  readonly throttled: { readonly code: string; readonly statusCode: number };
  readonly denied: { readonly code: string; readonly statusCode: number };
  readonly tooLarge: { readonly code: string; readonly statusCode: number };
  readonly unknownKey: Refusal;
  readonly wrongSignature: Refusal;
  readonly otherRegion: { readonly code: string; readonly statusCode: number };
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly statusCode: number;
}

const unknownKey = "The security token included in the request is invalid.";
const wrongSignature =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** One protocol: from bytes to an operation's typed input, and back. */
export interface Wire {
  readonly errors: CommonErrors;
  /** REST: returns the name of the request's operation; undefined when the service has none. */
  find?(module: Record<string, unknown>, message: Message): string | undefined;
  /** Throws ShapeError or SyntaxError. */
  read(operation: OperationModel, message: Message): object;
  write(model: WireModel, operation: OperationModel, output: object, requestId: string): Reply;
  fail(error: WireError, requestId: string): Reply;
}

interface WireError extends ErrorModel {
  readonly message: string;
  readonly members?: AwsError["members"];
}

export const jsonErrors: CommonErrors = {
  unknownOperation: "UnknownOperationException",
  malformed: "SerializationException",
  unknownParameter: "ValidationException",
  missingParameter: "ValidationException",
  expiredToken: "ExpiredTokenException",
  missingToken: "MissingAuthenticationTokenException",
  internal: "InternalFailure",
  unavailable: "ServiceUnavailableException",
  throttled: { code: "ThrottlingException", statusCode: 400 },
  denied: { code: "AccessDeniedException", statusCode: 400 },
  tooLarge: { code: "RequestEntityTooLargeException", statusCode: 413 },
  unknownKey: { code: "UnrecognizedClientException", message: unknownKey, statusCode: 400 },
  wrongSignature: { code: "InvalidSignatureException", message: wrongSignature, statusCode: 400 },
  otherRegion: { code: "InvalidSignatureException", statusCode: 400 },
};

/** Unknown members of task definitions are ignored as in AWS; others are probably misspelt. */
export const jsonWire = (contentType: string): Wire => ({
  errors: jsonErrors,
  read: (operation, { body }) => {
    const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
    const taken = operation.name === "RegisterTaskDefinition" ? knownMembers(input(operation), value) : value;
    return fromJson(input(operation), taken) as object;
  },
  write: (_model, operation, output) => ({
    statusCode: 200,
    contentType,
    body: JSON.stringify(toJson(schemaOf(operation.output), output) ?? {}),
  }),
  fail: ({ code, message, messageMember = "message", statusCode, queryCode }) => ({
    statusCode,
    contentType,
    body: JSON.stringify({ __type: code, [messageMember]: message }),
    // Smithy, "AWS query protocol compatible services": clients that know the query code still get it.
    ...(queryCode ? { headers: { "x-amzn-query-error": `${queryCode};${fault(statusCode)}` } } : {}),
  }),
});

const queryErrors: CommonErrors = {
  unknownOperation: "UnknownOperationException",
  malformed: "MalformedQueryString",
  unknownParameter: "InvalidParameterCombination",
  missingParameter: "MissingParameter",
  expiredToken: "ExpiredToken",
  missingToken: "MissingAuthenticationToken",
  internal: "InternalFailure",
  unavailable: "ServiceUnavailable",
  throttled: { code: "Throttling", statusCode: 400 },
  denied: { code: "AccessDenied", statusCode: 403 },
  tooLarge: { code: "RequestEntityTooLarge", statusCode: 413 },
  unknownKey: { code: "InvalidClientTokenId", message: unknownKey, statusCode: 403 },
  wrongSignature: { code: "SignatureDoesNotMatch", message: wrongSignature, statusCode: 403 },
  otherRegion: { code: "SignatureDoesNotMatch", statusCode: 403 },
};

/** EC2 does not distinguish the two. */
const ec2AuthFailure: Refusal = {
  code: "AuthFailure",
  message: "AWS was not able to validate the provided access credentials",
  statusCode: 401,
};

export const queryWire: Wire = {
  errors: queryErrors,
  read: (operation, { body }) => fromForm("awsQuery", input(operation), parameters(body)),
  write: (model, operation, output, requestId) => {
    const result = `<${operation.name}Result>${toXml(schemaOf(operation.output), output)}</${operation.name}Result>`;
    return xml(
      200,
      `<${operation.name}Response xmlns="${model.namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation.name}Response>`,
    );
  },
  fail: ({ code, message, statusCode }, requestId) =>
    xml(
      statusCode,
      `<ErrorResponse><Error><Type>${fault(statusCode)}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    ),
};

export const ec2Wire: Wire = {
  errors: {
    ...queryErrors,
    internal: "InternalError",
    unavailable: "Unavailable",
    throttled: { code: "RequestLimitExceeded", statusCode: 503 },
    denied: { code: "UnauthorizedOperation", statusCode: 403 },
    unknownKey: ec2AuthFailure,
    wrongSignature: ec2AuthFailure,
  },
  read: (operation, { body }) => fromForm("ec2Query", input(operation), parameters(body)),
  write: (model, operation, output, requestId) =>
    xml(
      200,
      `<${operation.name}Response xmlns="${model.namespace}"><requestId>${requestId}</requestId>${toXml(schemaOf(operation.output), output)}</${operation.name}Response>`,
    ),
  fail: ({ code, message, statusCode }, requestId) =>
    xml(
      statusCode,
      `<Response><Errors><Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    ),
};

/** Returns who caused the error, in the query protocol's terms. */
function fault(statusCode: number): "Sender" | "Receiver" {
  return statusCode < 500 ? "Sender" : "Receiver";
}

/** Returns an AwsError in the form of the service's model. */
export function modelled(module: Record<string, unknown>, error: AwsError, protocol: Protocol): WireError {
  const { code, message, statusCode, members } = error;
  return { ...findError(module, code, statusCode, protocol), message, members };
}

const input = (operation: OperationModel): Schema => schemaOf(operation.input);

function parameters(body: Buffer) {
  const form = new URLSearchParams(body.toString("utf8"));
  form.delete("Action");
  form.delete("Version");
  return formTree(form);
}

const xml = (statusCode: number, body: string): Reply => ({ statusCode, contentType: "text/xml", body });

const cborType = "application/cbor";
const cborHeaders = { "smithy-protocol": "rpc-v2-cbor" };

/** Smithy RPC v2 with CBOR, which the newest clients prefer if a service supports it. Source: Smithy 2.0. */
export const cborWire: Wire = {
  errors: jsonErrors,
  read: (operation, { body }) =>
    fromJson(schemaOf(operation.input), body.length === 0 ? {} : parseCbor(body)) as object,
  write: (_model, operation, output) => ({
    statusCode: 200,
    contentType: cborType,
    headers: cborHeaders,
    body: cbor.serialize(toJson(schemaOf(operation.output), output, cborLeaf) ?? {}),
  }),
  fail: ({ code, message, messageMember = "message", statusCode, queryCode }) => ({
    statusCode,
    contentType: cborType,
    headers: queryCode ? { ...cborHeaders, "x-amzn-query-error": `${queryCode};Sender` } : cborHeaders,
    body: cbor.serialize({ __type: code, [messageMember]: message }),
  }),
};

/** Throws a SyntaxError as JSON.parse does: the decoder throws plain errors for a body that is cut or too deep. */
function parseCbor(body: Buffer): unknown {
  try {
    return asJson(cbor.deserialize(body));
  } catch (error) {
    throw new SyntaxError(`The CBOR is not well-formed: ${(error as Error).message}`);
  }
}

/** Timestamps are sent as tagged seconds; bytes unchanged. */
function cborLeaf(schema: Schema, value: unknown): unknown {
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
