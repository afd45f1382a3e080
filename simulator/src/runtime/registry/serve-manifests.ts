import { readBody } from "../../read-body.ts";
import { answer, type Exchange } from "./exchange.ts";
import { RegistryError } from "./registry.ts";
import { tagPattern, type WritableRepository } from "./repository.ts";

/**
 * OCI distribution v1.1 requires registries to accept manifests of at least this many bytes; larger ones are refused.
 */
const largestManifest = 4 * 1024 * 1024;

/** HEAD, GET, PUT and DELETE of `/v2/<name>/manifests/<tag or digest>`. */
export async function serveManifest(exchange: Exchange, reference: string): Promise<void> {
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
