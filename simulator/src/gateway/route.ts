import type { Caller } from "../services/api.ts";
import { type Message, signedScope } from "./message.ts";
import { type Protocol, type WireModel, wireModels } from "./models.ts";

export interface Route {
  readonly model: WireModel;
  /** As the API names it: `CreateService`; undefined where the operation follows from path and method (REST). */
  readonly operation: string | undefined;
}

/** Returns the service and operation of a request; without one, the reason. */
export function route(message: Message): Route | { readonly unknown: string } {
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
export function protocolOf(message: Pick<Message, "headers">): Protocol {
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
export function caller({ headers }: Pick<Message, "headers">, sourceIp: string): Caller | undefined {
  const accessKeyId = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? "")?.[1];
  return accessKeyId === undefined ? undefined : { accessKeyId, sourceIp };
}
