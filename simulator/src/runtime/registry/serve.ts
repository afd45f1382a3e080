import type { IncomingMessage, ServerResponse } from "node:http";
import type { Access } from "./access.ts";
import type { BlobStore } from "./blob-store.ts";
import { answerJson, type Exchange } from "./exchange.ts";
import type { Registry } from "./registry.ts";
import { RegistryError } from "./registry-error.ts";
import { namePattern, type WritableRepository } from "./repository.ts";
import type { Route } from "./route.ts";
import type { RegistryRules } from "./rules.ts";
import { serveBlob } from "./serve-blobs.ts";
import { serveManifest } from "./serve-manifests.ts";
import { listReferrers } from "./serve-referrers.ts";
import { listTags } from "./serve-tags.ts";
import { serveUploads } from "./serve-uploads.ts";

export interface Serving {
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
  referrers: listReferrers,
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
