import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "../aws/api.ts";
import { type WireModel, wireModels } from "./models.ts";

export interface Route {
  readonly model: WireModel;
  /** As the API names it: `CreateService`. */
  readonly operation: string;
}

/** Finds which service and operation a request is for; the reason when there is none. */
export function route(headers: IncomingHttpHeaders, body: string): Route | { readonly unknown: string } {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return find("awsJson", target.split(".")[0], target.split(".")[1]);
  const form = new URLSearchParams(body);
  return find("query", form.get("Version") ?? undefined, form.get("Action") ?? undefined);
}

function find(
  kind: "awsJson" | "query",
  key: string | undefined,
  operation: string | undefined,
): Route | { unknown: string } {
  const candidates = wireModels.filter(
    ({ protocol }) => protocol.startsWith("awsJson") === (kind === "awsJson"),
  );
  const model = candidates.find((candidate) => candidate.route === key);
  if (model && operation) return { model, operation };
  const asked = [key, operation].filter(Boolean).join(".") || "a request without X-Amz-Target or Action";
  const known = [...new Set(wireModels.map(({ service }) => service))].sort();
  return {
    unknown: `the simulator does not perform ${asked}; the services it performs: ${known.join(", ")}`,
  };
}

/** Who signed the request (Signature Version 4); undefined when nobody did. The signature is not checked. */
export function caller(headers: IncomingHttpHeaders, sourceIp: string): Caller | undefined {
  const accessKeyId = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? "")?.[1];
  return accessKeyId === undefined ? undefined : { accessKeyId, sourceIp };
}
