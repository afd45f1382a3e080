import type { IncomingMessage, ServerResponse } from "node:http";
import { type Access, ecrAccess } from "./registry/access.ts";
import { createBlobStore } from "./registry/blob-store.ts";
import { answer, answerJson, type Exchange } from "./registry/exchange.ts";
import { pullImage } from "./registry/pull.ts";
import { RegistryError } from "./registry/registry-error.ts";
import { createRepository, namePattern, type WritableRepository } from "./registry/repository.ts";
import { type Route, routeOf } from "./registry/route.ts";
import { serveBlob } from "./registry/serve-blobs.ts";
import { serveManifest } from "./registry/serve-manifests.ts";
import { listReferrers } from "./registry/serve-referrers.ts";
import { listTags } from "./registry/serve-tags.ts";
import { serveUploads } from "./registry/serve-uploads.ts";
import { createTokens, type Tokens } from "./registry/tokens.ts";
import type { Registry, RepositorySettings } from "./registry.ts";

export interface RegistryOptions {
  /** Where blobs are kept; created at the first push. */
  directory: string;
  /** The registry's id: that of its account. */
  accountId: string;
  /** Where the registry answers; read at each request. */
  gateway: { readonly host: string; readonly port: number };
  /** ECR's unless given. */
  rules?: RegistryRules;
}

/** What tells one registry from another. */
export interface RegistryRules {
  access(tokens: Tokens, host: () => string): Access;
  /** Of a repository that a push makes; undefined where repositories exist before the push. */
  readonly newRepository?: RepositorySettings;
  readonly blobMounting: boolean;
  /** Where a client is sent for a blob's bytes; undefined sends them from here. */
  blobLocation?(digest: string): string | undefined;
}

/** Repositories exist before the push, Basic `AWS:<token>`, and blobs are mounted once the account asks for it. */
const ecrRules: RegistryRules = { access: ecrAccess, blobMounting: false };

/** An OCI registry (distribution-spec v1.1). */
export function createRegistry({
  directory,
  accountId,
  gateway,
  rules = ecrRules,
}: RegistryOptions): Registry {
  const repositories = new Map<string, WritableRepository>();
  const store = createBlobStore(directory);
  const tokens = createTokens();
  const host = () => `${gateway.host}:${gateway.port}`;
  const access = rules.access(tokens, host);

  const registry: Registry = {
    blobMounting: rules.blobMounting,
    issueToken: (expiresAt) => tokens.issue(expiresAt),
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
      await store.remove(blobs.keys(), shared);
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
        const route = routeOf(request);
        if (!admit(request, response, access, route)) return;
        await serve(request, response, route, { repositories, store, registry, accountId, access, rules });
      } catch (error) {
        refuse(request, response, error);
      }
    },
  };
  return registry;
}

function admit(
  request: IncomingMessage,
  response: ServerResponse,
  access: Access,
  { repository, action }: Route,
): boolean {
  const refusal = access.refusal(request, { repository, action });
  if (!refusal) return true;
  request.resume();
  response.setHeader("WWW-Authenticate", refusal.challenge);
  if (refusal.text !== undefined) answer(response, 401, { "Content-Type": "text/plain" }, refusal.text);
  else answerJson(response, 401, { errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] });
  return false;
}

interface Serving {
  repositories: Map<string, WritableRepository>;
  store: Exchange["store"];
  registry: Registry;
  accountId: string;
  access: Access;
  rules: RegistryRules;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  serving: Serving,
): Promise<void> {
  const { repository: name, resource, reference, url } = route;
  if (name === undefined || resource === undefined) return answerJson(response, 200, {});
  const { repositories, store, rules } = serving;
  const repository = repositories.get(name) ?? createOnPush(route, serving);
  if (!repository) throw unknownName(name, serving.accountId);
  const exchange: Exchange = {
    request,
    response,
    url,
    repository,
    store,
    mountable: (digest, from) => mountable(request, serving, digest, from),
    blobLocation: (digest) => rules.blobLocation?.(digest),
    assertRepositoryThere() {
      if (repositories.get(name) !== repository) throw unknownName(name, serving.accountId);
    },
  };
  const served = {
    uploads: serveUploads,
    blobs: serveBlob,
    manifests: serveManifest,
    referrers: listReferrers,
    tags: listTags,
  };
  return served[resource](exchange, reference);
}

function createOnPush(
  { repository: name = "", action }: Route,
  { registry, repositories, rules }: Serving,
): WritableRepository | undefined {
  if (action !== "push" || !rules.newRepository) return undefined;
  if (!namePattern.test(name))
    throw new RegistryError("NAME_INVALID", `the repository name '${name}' is malformed`);
  registry.createRepository(name, rules.newRepository);
  return repositories.get(name);
}

function mountable(
  request: IncomingMessage,
  { registry, repositories, access }: Serving,
  digest: string,
  from: string | null,
): number | undefined {
  if (!registry.blobMounting) return undefined;
  const sources = from === null ? repositories.values() : [repositories.get(from)];
  for (const source of sources) {
    const size = source?.blobs.get(digest);
    if (source && size !== undefined && mayPull(request, access, source.name)) return size;
  }
  return undefined;
}

function mayPull(request: IncomingMessage, access: Access, repository: string): boolean {
  try {
    return access.refusal(request, { repository, action: "pull" }) === undefined;
  } catch {
    return false;
  }
}

function unknownName(name: string, accountId: string): RegistryError {
  return new RegistryError(
    "NAME_UNKNOWN",
    `The repository with name '${name}' does not exist in the registry with id '${accountId}'`,
  );
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
