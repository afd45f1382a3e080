import type { IncomingMessage } from "node:http";
import type { Wanted } from "./access.ts";
import { RegistryError } from "./registry-error.ts";

export type Resource = "uploads" | "blobs" | "manifests" | "tags" | "referrers";

export interface Route extends Wanted {
  readonly url: URL;
  readonly resource: Resource | undefined;
  /** The part after the resource: a digest, a tag, an upload's id, or empty. */
  readonly reference: string;
}

const pattern = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/([^/]*)$/;

/** Throws RegistryError UNSUPPORTED for requests without an endpoint in the specification. */
export function routeOf({ method = "GET", url: text = "/" }: IncomingMessage): Route {
  const { url, path } = parse(text);
  const reading = method === "GET" || method === "HEAD";
  if (path === "/v2/" || path === "/v2")
    return { url, repository: undefined, action: "pull", resource: undefined, reference: "" };
  const [, repository, kind, reference] = pattern.exec(path) ?? [];
  if (repository === undefined || reference === undefined)
    throw new RegistryError("UNSUPPORTED", `the registry has no ${method} ${path}`, 404);
  const resource = (kind === "blobs/uploads" ? "uploads" : kind) as Resource;
  // Checking or cancelling an upload is part of a push.
  if (resource === "uploads") return { url, repository, action: "push", resource, reference };
  const action = reading ? "pull" : method === "DELETE" ? "delete" : "push";
  return { url, repository, action, resource, reference };
}

function parse(text: string): { url: URL; path: string } {
  try {
    const url = new URL(text, "http://registry");
    return { url, path: decodeURIComponent(url.pathname) };
  } catch {
    throw new RegistryError("UNSUPPORTED", `the path ${text} is malformed`, 400);
  }
}
