import type { IncomingMessage, ServerResponse } from "node:http";
import { createBlobStore } from "./registry/blob-store.ts";
import { answer, answerJson, type Exchange } from "./registry/exchange.ts";
import { pullImage } from "./registry/pull.ts";
import { RegistryError } from "./registry/registry-error.ts";
import { createRepository, type WritableRepository } from "./registry/repository.ts";
import { serveBlob } from "./registry/serve-blobs.ts";
import { listTags, serveManifest } from "./registry/serve-manifests.ts";
import { continueUpload, startUpload } from "./registry/serve-uploads.ts";
import { createTokens, type Tokens } from "./registry/tokens.ts";
import type { Registry } from "./registry.ts";

export interface RegistryOptions {
  /** Where blobs are kept; created at the first push. */
  directory: string;
  /** The registry's id: that of its account. */
  accountId: string;
  /** Where the registry answers; read at each request. */
  gateway: { readonly host: string; readonly port: number };
}

/** An OCI registry (distribution-spec v1.1) with ECR's rules: repositories exist before the push, Basic `AWS:<token>`. */
export function createRegistry({ directory, accountId, gateway }: RegistryOptions): Registry {
  const repositories = new Map<string, WritableRepository>();
  const store = createBlobStore(directory);
  const tokens = createTokens();
  const host = () => `${gateway.host}:${gateway.port}`;

  const registry: Registry = {
    blobMounting: false,
    issueToken: tokens.issue,
    blobPath: store.pathOf,
    repository: (name) => repositories.get(name),
    createRepository(name, settings) {
      const repository = createRepository(name, accountId, settings);
      repositories.set(name, repository);
      return repository;
    },
    async deleteRepository(name) {
      const blobs = repositories.get(name)?.blobs ?? new Map();
      repositories.delete(name);
      const shared = (digest: string) => [...repositories.values()].some((other) => other.blobs.has(digest));
      for (const digest of blobs.keys()) if (!shared(digest)) await store.remove(digest);
    },
    pull: (reference) =>
      pullImage({
        reference,
        host: host(),
        repository: registry.repository,
        pathOf: store.pathOf,
        architectures: ["amd64", hostArchitecture()],
      }),
    async handle(request, response) {
      response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
      try {
        if (!authorize(request, response, tokens, host())) return;
        await route(request, response, { repositories, store, registry, accountId });
      } catch (error) {
        refuse(request, response, error);
      }
    },
  };
  return registry;
}

/** ECR's challenge, as `docker login` and every OCI client meet it. */
function authorize(
  request: IncomingMessage,
  response: ServerResponse,
  tokens: Tokens,
  host: string,
): boolean {
  const state = tokens.check(request.headers.authorization ?? signatureOf(request), new Date());
  if (state === "expired")
    throw new RegistryError("DENIED", "Your authorization token has expired. Reauthenticate and try again.");
  if (state === "valid") return true;
  request.resume();
  const challenge = `Basic realm="http://${host}/",service="ecr.amazonaws.com"`;
  answer(response, 401, { "WWW-Authenticate": challenge, "Content-Type": "text/plain" }, "Not Authorized\n");
  return false;
}

/** A URL of ECR's GetDownloadUrlForLayer brings its token along. */
function signatureOf({ url = "/" }: IncomingMessage): string | undefined {
  const token = new URL(url, "http://registry").searchParams.get("X-Amz-Signature");
  return token ? `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}` : undefined;
}

interface Routing {
  repositories: Map<string, WritableRepository>;
  store: Exchange["store"];
  registry: Registry;
  accountId: string;
}

async function route(request: IncomingMessage, response: ServerResponse, routing: Routing): Promise<void> {
  const { repositories, store, registry, accountId } = routing;
  const url = new URL(request.url ?? "/", "http://registry");
  const path = url.pathname;
  if (path === "/v2/" || path === "/v2") return answerJson(response, 200, {});

  const [, name, resource, rest] =
    /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|tags)\/(.*)$/.exec(path) ?? [];
  if (name === undefined || rest === undefined)
    throw new RegistryError("UNSUPPORTED", `the registry has no ${request.method} ${path}`, 404);
  const repository = repositories.get(name);
  if (!repository)
    throw new RegistryError(
      "NAME_UNKNOWN",
      `The repository with name '${name}' does not exist in the registry with id '${accountId}'`,
    );
  const mountableFrom = (other: string) => (registry.blobMounting ? repositories.get(other) : undefined);
  const exchange: Exchange = { request, response, url, repository, store, mountableFrom };
  const reference = decodeURIComponent(rest);
  if (resource === "blobs/uploads")
    return reference === "" ? startUpload(exchange) : continueUpload(exchange, reference);
  if (resource === "blobs") return serveBlob(exchange, reference);
  if (resource === "manifests") return serveManifest(exchange, reference);
  if (reference === "list") return listTags(exchange);
  throw new RegistryError("UNSUPPORTED", `the registry has no ${request.method} ${path}`, 404);
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // A client that went away in the middle of a transfer has nobody to answer to.
  if (request.destroyed && !request.complete) return void response.destroy();
  if (response.headersSent) return void response.destroy();
  request.resume();
  const known = error instanceof RegistryError;
  const message = known ? error.message : `the registry failed: ${String(error)}`;
  const code = known ? error.code : "UNKNOWN";
  answerJson(response, known ? error.statusCode : 500, { errors: [{ code, message }] });
}

function hostArchitecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
