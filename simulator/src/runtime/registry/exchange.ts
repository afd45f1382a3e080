import type { IncomingMessage, ServerResponse } from "node:http";
import type { Access, RefusalOf, Tokens, Wanted } from "./access.ts";
import type { BlobStore } from "./blob-store.ts";
import type { RepositorySettings } from "./registry.ts";
import { RegistryError } from "./registry.ts";
import type { WritableRepository } from "./repository.ts";

/** One request to one repository. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly repository: WritableRepository;
  readonly store: BlobStore;
  /** Bytes of a blob that the push may use from the repository `from`. */
  readonly mountable: (digest: string, from: string | null) => number | undefined;
  /** URL to redirect a client to for a blob's bytes; undefined sends them from here. */
  readonly blobLocation: (digest: string) => string | undefined;
  /** Throws RegistryError NAME_UNKNOWN once the repository has been deleted. */
  readonly assertRepositoryThere: () => void;
}

export function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | number> = {},
  body?: Buffer | string,
): void {
  const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
  response.writeHead(status, { ...length, ...headers });
  response.end(body);
}

export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  answer(response, status, { "Content-Type": "application/json", ...headers }, JSON.stringify(value));
}

/** Differences between registries. */
export interface RegistryRules {
  access(context: RegistryContext): Access;
  /** Settings of a repository created by a push; undefined where repositories must exist before the push. */
  readonly newRepository?: RepositorySettings;
  /** Initial value of whether a push may use blobs from other repositories. */
  readonly blobMounting: boolean;
  /** URL to redirect a client to for a blob's bytes; undefined sends them from here. */
  blobLocation?(digest: string): string | undefined;
  /** Rewords this registry's errors that differ from the specification. */
  reword?(error: RegistryError): RegistryError;
}

interface RegistryContext {
  readonly tokens: Tokens;
  readonly refusalOf: RefusalOf;
  /** host:port, once it is known. */
  readonly gateway: { readonly host: string; readonly port: number };
}

type Resource = "uploads" | "blobs" | "manifests" | "tags";

export interface Route extends Wanted {
  readonly url: URL;
  readonly resource: Resource | undefined;
  /** The part after the resource: a digest, a tag, an upload's id, or empty. */
  readonly reference: string;
}

const pattern = /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags)\/([^/]*)$/;

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
