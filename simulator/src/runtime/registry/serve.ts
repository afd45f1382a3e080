import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Access } from "./access.ts";
import type { BlobStore } from "./blob-store.ts";
import { answer, answerJson, type Exchange, type RegistryRules, type Route } from "./exchange.ts";
import { isDigest } from "./manifest.ts";
import type { Registry } from "./registry.ts";
import { RegistryError } from "./registry.ts";
import { namePattern, type WritableRepository } from "./repository.ts";
import { serveManifest } from "./serve-manifests.ts";
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

/** Without `from`, any repository that the client may read is accepted. */
function mountable(
  { request, repository }: Exchange,
  { registry, repositories, access }: Serving,
  digest: string,
  from: string | null,
): number | undefined {
  if (!registry.blobMounting) return undefined;
  const sources = from === null ? repositories.values() : [repositories.get(from)];
  for (const source of sources) {
    const size = source?.blobs.get(digest);
    if (!source || size === undefined || !mayPull(request, access, source)) continue;
    if (source.settings.encryption === repository.settings.encryption) return size;
  }
  return undefined;
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

/** GET `/v2/<name>/tags/list`, in order, `n` at a time after `last`. */
async function listTags({ request, response, url, repository }: Exchange, reference: string): Promise<void> {
  if (reference !== "list" || request.method !== "GET")
    throw new RegistryError("UNSUPPORTED", `the registry has no ${request.method} ${url.pathname}`, 404);
  const last = url.searchParams.get("last");
  const all = [...repository.tags.keys()].sort().filter((tag) => last === null || tag > last);
  const limit = Number(url.searchParams.get("n") ?? all.length);
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new RegistryError("UNSUPPORTED", "n must be a number of tags", 400);
  const tags = all.slice(0, limit);
  const next = tags.length < all.length && tags.length > 0;
  const query = `n=${limit}&last=${encodeURIComponent(tags.at(-1) ?? "")}`;
  const link: Record<string, string> = next ? { Link: `<${url.pathname}?${query}>; rel="next"` } : {};
  answerJson(response, 200, { name: repository.name, tags }, link);
}

/** HEAD and GET of `/v2/<name>/blobs/<digest>`, whole or one range of bytes. */
async function serveBlob(exchange: Exchange, digest: string): Promise<void> {
  const { request, response, repository, store, blobLocation } = exchange;
  if (!isDigest(digest)) throw new RegistryError("DIGEST_INVALID", `'${digest}' is no sha256 digest`);
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
  await sendBlob(request, response, { digest, size, store });
}

/** Sends the bytes, or the part of them that `Range` requests. */
export async function sendBlob(
  request: IncomingMessage,
  response: ServerResponse,
  { digest, size, store }: { digest: string; size: number; store: Pick<BlobStore, "read"> },
): Promise<void> {
  const headers = {
    "Accept-Ranges": "bytes",
    "Content-Type": "application/octet-stream",
    "Docker-Content-Digest": digest,
  };
  if (request.method === "HEAD") return answer(response, 200, { ...headers, "Content-Length": size });
  const range = parseRange(request.headers.range, size);
  if (range === "unsatisfiable") return answer(response, 416, { "Content-Range": `bytes */${size}` });
  const partial = range && {
    "Content-Range": `bytes ${range.start}-${range.end}/${size}`,
    "Content-Length": range.end - range.start + 1,
  };
  response.writeHead(partial ? 206 : 200, { "Content-Length": size, ...headers, ...partial });
  await pipeline(store.read(digest, range), response);
}

/** RFC 9110 §14.2: an unknown range, or several, is ignored. */
function parseRange(header: string | undefined, size: number) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? ("unsatisfiable" as const) : { start, end };
}
