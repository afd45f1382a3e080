import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readBody } from "../../read-body.ts";
import type { Access } from "./access.ts";
import type { BlobStore } from "./blob-store.ts";
import { answer, answerJson, type Exchange, type RegistryRules, type Route } from "./exchange.ts";
import { isDigest } from "./manifest.ts";
import { type Registry, RegistryError } from "./registry.ts";
import { namePattern, tagPattern, type WritableRepository } from "./repository.ts";
import { serveUploads } from "./serve-uploads.ts";

interface Serving {
  readonly repositories: ReadonlyMap<string, WritableRepository>;
  readonly store: BlobStore;
  readonly registry: Registry;
  readonly accountId: string;
  readonly access: Access;
  readonly rules: RegistryRules;
}

const endpoints = {
  uploads: serveUploads,
  blobs: serveBlob,
  manifests: serveManifest,
  tags: listTags,
};

/** Handles a request that its access allows. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  serving: Serving,
): Promise<void> {
  const { repository: name, resource, reference, url, action } = route;
  if (name === undefined || resource === undefined) return answerJson(response, 200, {});
  const { repositories, store, rules } = serving;
  const repository = repositories.get(name) ?? createOnPush(route, serving);
  if (!repository) throw unknownName(name, serving.accountId);
  const denial = repository.settings.denial?.(action);
  if (denial !== undefined) throw new RegistryError("DENIED", denial);
  const exchange: Exchange = {
    request,
    response,
    url,
    repository,
    store,
    mountable: (digest, from) => mountable(exchange, serving, digest, from),
    blobLocation: (digest) => rules.blobLocation?.(digest),
    assertRepositoryThere() {
      if (repositories.get(name) !== repository) throw unknownName(name, serving.accountId);
    },
  };
  return endpoints[resource](exchange, reference);
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

/** Bytes of a blob that the client may read in `from`, if it may be mounted from there. */
function mountable(
  { request, repository }: Exchange,
  { registry, repositories, access }: Serving,
  digest: string,
  from: string | null,
): number | undefined {
  if (!registry.blobMounting) return undefined;
  const source = repositories.get(from ?? "");
  if (!source || !mayPull(request, access, source)) return undefined;
  const isAlike = source.settings.encryption === repository.settings.encryption;
  return isAlike ? source.blobs.get(digest) : undefined;
}

function mayPull(request: IncomingMessage, access: Access, { name, settings }: WritableRepository): boolean {
  try {
    const refusal = access.refusal(request, { repository: name, action: "pull" });
    return refusal === undefined && settings.denial?.("pull") === undefined;
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

/** GET `/v2/<name>/tags/list`, in order and on one page. */
async function listTags({ request, response, url, repository }: Exchange, reference: string): Promise<void> {
  if (reference !== "list" || request.method !== "GET")
    throw new RegistryError("UNSUPPORTED", `the registry has no ${request.method} ${url.pathname}`, 404);
  answerJson(response, 200, { name: repository.name, tags: [...repository.tags.keys()].sort() });
}

/** HEAD and GET of `/v2/<name>/blobs/<digest>`. */
async function serveBlob(exchange: Exchange, digest: string): Promise<void> {
  const { request, response, repository, store, blobLocation } = exchange;
  if (!isDigest(digest)) throw new RegistryError("DIGEST_INVALID", `'${digest}' is not a sha256 digest`);
  if (request.method === "DELETE")
    throw new RegistryError("UNSUPPORTED", "ECR removes layers automatically when no image refers to them");
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new RegistryError("UNSUPPORTED", `a blob has no ${request.method}`);
  const size = repository.blobs.get(digest);
  if (size === undefined)
    throw new RegistryError(
      "BLOB_UNKNOWN",
      `the blob ${digest} is unknown in the repository ${repository.name}`,
    );
  const location = blobLocation(digest);
  if (location !== undefined)
    return answer(response, 307, { Location: location, "Docker-Content-Digest": digest });
  await sendBlob(request, response, { digest, size, content: () => store.read(digest) });
}

/** Sends the whole blob, also to a client that asks for a range of it (RFC 9110 §14.2 allows that). */
export async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  { digest, size, content }: { digest: string; size: number; content: () => Readable },
): Promise<void> {
  const headers = {
    "Content-Length": size,
    "Content-Type": "application/octet-stream",
    "Docker-Content-Digest": digest,
  };
  if (request.method === "HEAD") return answer(response, 200, headers);
  response.writeHead(200, headers);
  await pipeline(content(), response);
}

/**
 * OCI distribution v1.1 requires registries to accept manifests of at least this many bytes; larger ones are refused.
 */
const largestManifest = 4 * 1024 * 1024;

/** HEAD, GET, PUT and DELETE of `/v2/<name>/manifests/<tag or digest>`. */
async function serveManifest(exchange: Exchange, reference: string): Promise<void> {
  switch (exchange.request.method) {
    case "GET":
    case "HEAD":
      return sendManifest(exchange, reference);
    case "PUT":
      return receiveManifest(exchange, reference);
    case "DELETE":
      return deleteManifest(exchange, reference);
    default:
      throw new RegistryError("UNSUPPORTED", `a manifest has no ${exchange.request.method}`);
  }
}

function sendManifest({ request, response, repository }: Exchange, reference: string): void {
  const manifest = repository.resolve(reference);
  if (!manifest) throw unknown(repository.name, reference);
  const { digest, mediaType, body } = manifest;
  const headers = {
    "Content-Type": mediaType,
    "Docker-Content-Digest": digest,
    "Content-Length": body.length,
  };
  if (request.method === "GET") manifest.lastPulledAt = new Date();
  answer(response, 200, headers, request.method === "GET" ? body : undefined);
}

async function receiveManifest(
  { request, response, repository }: Exchange,
  reference: string,
): Promise<void> {
  const body = await readBody(request, largestManifest);
  if (!body) throw new RegistryError("SIZE_INVALID", `a manifest has at most ${largestManifest} bytes`, 413);
  const byDigest = reference.includes(":");
  const { digest } = repository.putManifest({
    body,
    mediaType: request.headers["content-type"],
    digest: byDigest ? reference : undefined,
    tag: byDigest ? undefined : reference,
  });
  answer(response, 201, {
    Location: `/v2/${repository.name}/manifests/${digest}`,
    "Docker-Content-Digest": digest,
  });
}

function deleteManifest({ response, repository }: Exchange, reference: string): void {
  const manifest = repository.resolve(reference);
  if (!manifest) throw unknown(repository.name, reference);
  if (reference.includes(":")) removeManifest(repository, reference);
  else repository.removeTag(reference);
  answer(response, 202);
}

function removeManifest(repository: WritableRepository, digest: string): void {
  const index = repository.listedIn(digest);
  if (index !== undefined)
    throw new RegistryError("DENIED", `Requested image referenced by manifest list: [${index}]`);
  repository.removeManifest(digest);
}

function unknown(name: string, reference: string): RegistryError {
  const valid = reference.includes(":") || tagPattern.test(reference);
  if (!valid) return new RegistryError("TAG_INVALID", `the tag '${reference}' is malformed`);
  return new RegistryError("MANIFEST_UNKNOWN", `Requested image not found: '${name}' has no '${reference}'`);
}
