import type { AccessKeys } from "../access-keys.ts";
import { AwsError } from "../kit/errors.ts";
import { methodName } from "../kit/operation-names.ts";
import type { Permissions } from "../permissions/permissions.ts";
import type { Caller, Handler, Service, ServiceName } from "../services/api.ts";
import { definitions } from "../services/index.ts";
import { enumsOf, refuseUnknownValues } from "./enums.ts";
import type { FaultStrikes } from "./faults.ts";
import { ConnectionCut, denied, expiredToken, ProtocolError, strikeAfter, strikeBefore } from "./faults.ts";
import { findOperation, loadModel, type Protocol, type WireModel, wireModels } from "./models.ts";
import { restJsonWire } from "./rest.ts";
import { restXmlWire } from "./rest-xml.ts";
import { ShapeError, schemaOf } from "./schema.ts";
import { isSignedWith, type Message, signedScope } from "./signature.ts";
import {
  type CommonErrors,
  cborWire,
  ec2Wire,
  jsonWire,
  modelled,
  queryWire,
  type Reply,
  type Wire,
} from "./wire.ts";

const wires: Readonly<Record<Protocol, Wire>> = {
  "awsJson1.0": jsonWire("application/x-amz-json-1.0"),
  "awsJson1.1": jsonWire("application/x-amz-json-1.1"),
  awsQuery: queryWire,
  ec2Query: ec2Wire,
  restJson1: restJsonWire,
  restXml: restXmlWire,
  rpcv2Cbor: cborWire,
};

export interface GatewayServices {
  readonly services: { readonly [Name in ServiceName]: Service<Name> };
  /** Access keys of ended sessions: refused with ExpiredToken, as in a lab session after its four hours. */
  readonly expiredAccessKeys: ReadonlySet<string>;
  /** Keys that may sign. */
  readonly accessKeys: AccessKeys;
  readonly warn: (message: string) => void;
  readonly faults: FaultStrikes;
  readonly permissions: Permissions;
  readonly region: string;
}

interface ApiRequest extends Message {
  readonly sourceIp: string;
  readonly requestId: string;
}

/** Handles one request to the AWS API. Every error becomes a response, except ConnectionCut. */
export async function perform(gateway: GatewayServices, request: ApiRequest): Promise<Reply> {
  const found = route(request);
  if ("unknown" in found) return failUnknown(request, found.unknown);
  const { model } = found;
  const wire = wires[model.protocol];
  const module = await loadModel(model);
  const operation = found.operation ?? wire.find?.(module, request) ?? `for ${request.method} ${request.url}`;
  try {
    const identity = await authenticate(gateway, request, wire, operation);
    refuseOtherRegion(gateway.region, model.service, request, wire);
    const apiCall = { service: model.service, operation, accessKeyId: identity.accessKeyId };
    const faults = gateway.faults.strike(apiCall);
    await strikeBefore(faults, { ...apiCall, callerArn: () => callerArnOf(gateway, identity) }, wire.errors);
    const reply = await answer(gateway, request, { model, operation, module, identity });
    strikeAfter(faults);
    return reply;
  } catch (error) {
    if (error instanceof ConnectionCut) throw error;
    if (error instanceof ProtocolError) {
      const { code, message, statusCode } = error;
      return wire.fail({ code, message, statusCode }, request.requestId);
    }
    if (error instanceof AwsError)
      return wire.fail(modelled(module, error, model.protocol), request.requestId);
    gateway.warn(
      `${model.service}:${operation} failed inside the simulator: ${(error as Error).stack ?? error}`,
    );
    const message = `the simulator failed to perform ${operation}: ${(error as Error).message}`;
    return wire.fail({ code: "InternalFailure", message, statusCode: 500 }, request.requestId);
  }
}

interface Call {
  readonly model: WireModel;
  readonly operation: string;
  readonly module: Record<string, unknown>;
  readonly identity: Caller;
}

async function answer(
  gateway: GatewayServices,
  request: ApiRequest,
  { model, operation: name, module, identity }: Call,
): Promise<Reply> {
  const { services, permissions, faults } = gateway;
  const wire = wires[model.protocol];
  const operation = findOperation(module, name);
  const operations = services[model.service].operations as Record<string, Handler | undefined>;
  const handler = operations[methodName(name)];
  if (!operation || !handler)
    throw new AwsError(
      wire.errors.unknownOperation,
      operation
        ? `the simulator does not perform ${model.service}:${name}`
        : `${model.service} has no operation ${name}`,
    );
  const input = read(wire, () => wire.read(operation, request));
  const { service, protocol, client } = model;
  const call = { service, protocol, operation: name, module };
  refuseUnknownValues(call, enumsOf(client), schemaOf(operation.input), input);
  definitions[service].refuseBroken?.(name, input);
  const action = { service: definitions[service].actionPrefix ?? service, operation: name, input };
  const refusal = await permissions.refusal(identity, action);
  if (refusal !== undefined) throw denied(wire.errors, refusal);
  const youngRole = faults.isArmed("iam-delay") ? await permissions.youngRole(action) : undefined;
  if (youngRole !== undefined) {
    const { accessKeyId } = identity;
    const callerArn = await callerArnOf(gateway, identity);
    gateway.faults.strikeYoungRole({ service, operation: name, accessKeyId, callerArn }, youngRole);
  }
  const output = await handler(input, identity);
  return wire.write(model, operation, output ?? {}, request.requestId);
}

function read(wire: Wire, parse: () => object): object {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError) throw new AwsError(wire.errors.malformed, error.message);
    if (!(error instanceof ShapeError)) throw error;
    const code = {
      unknown: wire.errors.unknownParameter,
      type: wire.errors.malformed,
      missing: wire.errors.missingParameter,
    }[error.kind];
    throw new AwsError(code, error.message);
  }
}

/** Clients without keys request some with another token: in the API model, these two operations need no signature. */
const unsigned = ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];

async function authenticate(
  { accessKeys, expiredAccessKeys }: GatewayServices,
  request: ApiRequest,
  { errors }: Wire,
  operation: string,
): Promise<Caller> {
  const identity = caller(request, request.sourceIp);
  if (unsigned.includes(operation)) return identity ?? { accessKeyId: "", sourceIp: request.sourceIp };
  if (!identity) throw new AwsError(errors.missingToken, "Missing Authentication Token", 403);
  const key = accessKeys.get(identity.accessKeyId);
  if (expiredAccessKeys.has(identity.accessKeyId)) throw expiredToken(errors);
  if (!key || request.headers["x-amz-security-token"] !== key.sessionToken) throw refuse(errors.unknownKey);
  if (!(await isSignedWith(key, request))) throw refuse(errors.wrongSignature);
  return identity;
}

function refuse({ code, message, statusCode }: CommonErrors["unknownKey"]): ProtocolError {
  return new ProtocolError(code, message, statusCode);
}

/** Refuses a request signed for another region, as a region's endpoint does. */
function refuseOtherRegion(region: string, service: ServiceName, request: ApiRequest, wire: Wire): void {
  const signed = signedScope(request)?.region;
  if (signed === undefined || signed === region || definitions[service].isGlobal) return;
  const { code, statusCode } = wire.errors.otherRegion;
  const message =
    service === "s3"
      ? `The authorization header is malformed; the region '${signed}' is wrong; expecting '${region}'`
      : `Credential should be scoped to a valid region, not '${signed}'. The simulator has the region ${region} only.`;
  throw new AwsError(code, message, statusCode, { Region: region });
}

/** The error of a service of this name, in its first protocol's form. */
export function deniedBy(service: ServiceName, message: string): AwsError {
  return denied(wires[definitions[service].wires[0]?.protocol ?? "awsQuery"].errors, message);
}

async function callerArnOf({ services }: GatewayServices, identity: Caller): Promise<string> {
  const { Arn } = (await services.sts.operations.getCallerIdentity?.({}, identity)) ?? {};
  return Arn ?? identity.accessKeyId;
}

function failUnknown(request: ApiRequest, message: string): Reply {
  const wire = wires[protocolOf(request)];
  return wire.fail({ code: wire.errors.unknownOperation, message, statusCode: 400 }, request.requestId);
}

/** For a request whose body is larger than the limit. */
export function failTooLarge(request: Omit<ApiRequest, "body">, limit: number): Reply {
  const wire = wires[protocolOf(request)];
  const message = `The request is larger than ${limit} bytes.`;
  return wire.fail({ ...wire.errors.tooLarge, message }, request.requestId);
}

interface Route {
  readonly model: WireModel;
  /** As the API names it: `CreateService`; undefined where the operation follows from path and method (REST). */
  readonly operation: string | undefined;
}

/** Returns the service and operation of a request; without one, the reason. */
function route(message: Message): Route | { readonly unknown: string } {
  const { headers, url, body } = message;
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const [service, operation] = target.split(".");
    return find(["awsJson1.0", "awsJson1.1"], service, operation);
  }
  if (headers["smithy-protocol"] !== undefined) {
    const [, service, operation] = /^\/service\/([^/]+)\/operation\/([^/?]+)/.exec(url) ?? [];
    return find(["rpcv2Cbor"], service, operation);
  }
  const rest = findRest(message);
  if (rest) return { model: rest, operation: undefined };
  const form = new URLSearchParams(body.toString("utf8"));
  return find(["awsQuery", "ec2Query"], form.get("Version") ?? undefined, form.get("Action") ?? undefined);
}

function findRest(message: Pick<Message, "headers">): WireModel | undefined {
  const name = signedScope(message)?.service;
  return wireModels.find(
    ({ protocol, route: each }) => ["restJson1", "restXml"].includes(protocol) && each === name,
  );
}

/** Returns the client's protocol, as far as headers show it. */
function protocolOf(message: Pick<Message, "headers">): Protocol {
  const { headers } = message;
  if (headers["x-amz-target"] !== undefined) return "awsJson1.1";
  if (headers["smithy-protocol"] !== undefined) return "rpcv2Cbor";
  return findRest(message)?.protocol ?? (signedScope(message)?.service === "ec2" ? "ec2Query" : "awsQuery");
}

function find(
  protocols: readonly Protocol[],
  key: string | undefined,
  operation: string | undefined,
): Route | { unknown: string } {
  const model = wireModels.find(({ protocol, route: each }) => protocols.includes(protocol) && each === key);
  if (model && operation) return { model, operation };
  const asked = [key, operation].filter(Boolean).join(".") || "a request without X-Amz-Target or Action";
  const known = [...new Set(wireModels.map(({ service }) => service))].sort();
  return {
    unknown: `the simulator does not perform ${asked}; the services it performs: ${known.join(", ")}`,
  };
}

/** Returns the key in a request's signature (Signature Version 4); undefined for an unsigned request. */
function caller({ headers }: Pick<Message, "headers">, sourceIp: string): Caller | undefined {
  const accessKeyId = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? "")?.[1];
  return accessKeyId === undefined ? undefined : { accessKeyId, sourceIp };
}
