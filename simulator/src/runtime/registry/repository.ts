import { digestOf, indexMediaTypes, parseManifest } from "./manifest.ts";
import type { NewManifest, RegistryRepository, RepositorySettings, StoredManifest } from "./registry.ts";
import { RegistryError } from "./registry.ts";

/** A repository to which the registry's own HTTP side may add blobs. */
export interface WritableRepository extends RegistryRepository {
  readonly settings: RepositorySettings;
  readonly blobs: Map<string, number>;
}

/** OCI distribution v1.1, "Pulling manifests": the grammar of a tag. */
export const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Same source: the grammar of a repository's name. */
export const namePattern =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

export function createRepository(
  name: string,
  registryId: string,
  settings: RepositorySettings,
): WritableRepository {
  const manifests = new Map<string, StoredManifest>();
  const tags = new Map<string, string>();
  const blobs = new Map<string, number>();

  const assertTagIsFree = (tag: string, digest: string) => {
    if (!tagPattern.test(tag)) throw new RegistryError("TAG_INVALID", `the tag '${tag}' is malformed`);
    const current = tags.get(tag);
    if (current === undefined || current === digest || !settings.isImmutable(tag)) return;
    throw new RegistryError(
      "TAG_INVALID",
      `The image tag '${tag}' already exists in the '${name}' repository and cannot be overwritten because the tag is immutable.`,
    );
  };
  const removeTag = (tag: string) => {
    const manifest = manifests.get(tags.get(tag) ?? "");
    tags.delete(tag);
    if (manifest) settings.onUntag?.(manifest, tag);
  };

  return {
    name,
    settings,
    manifests,
    tags,
    blobs,
    resolve: (reference) => manifests.get(reference.includes(":") ? reference : (tags.get(reference) ?? "")),
    listedIn: (digest) =>
      [...manifests.values()].find(
        ({ mediaType, children }) => indexMediaTypes.includes(mediaType) && children.includes(digest),
      )?.digest,
    putManifest(manifest) {
      const digest = digestOf(manifest.body);
      if (manifest.digest !== undefined && manifest.digest !== digest)
        throw new RegistryError(
          "DIGEST_INVALID",
          `the manifest has the digest ${digest}, not ${manifest.digest}`,
        );
      if (manifest.tag !== undefined) assertTagIsFree(manifest.tag, digest);
      const stored =
        manifests.get(digest) ?? complete(manifest, digest, { name, registryId, manifests, blobs });
      manifests.set(digest, stored);
      if (manifest.tag !== undefined && tags.get(manifest.tag) !== digest) {
        tags.set(manifest.tag, digest);
        settings.onTag?.(stored, manifest.tag);
      }
      return stored;
    },
    removeTag,
    removeManifest(digest) {
      for (const [tag, target] of tags) if (target === digest) removeTag(tag);
      manifests.delete(digest);
    },
  };
}

interface Stored extends Pick<WritableRepository, "name" | "manifests" | "blobs"> {
  readonly registryId: string;
}

/** Returns a manifest as it is stored, once everything that it lists is there. */
function complete({ body, mediaType }: NewManifest, digest: string, stored: Stored): StoredManifest {
  const { manifests, blobs } = stored;
  const manifest = parseManifest(body, mediaType);
  const { artifactType } = manifest;
  const common = { digest, mediaType: manifest.mediaType, body, artifactType, pushedAt: new Date() };
  const add = (children: string[], size: number) => ({ ...common, children, size, lastPulledAt: undefined });
  if (manifest.kind === "image") {
    const { config, layers } = manifest;
    // A layer with urls is stored elsewhere by its author's licence and is never pushed.
    const own = [config, ...layers.filter((layer) => layer.urls === undefined)].map((part) => part.digest);
    refuseMissing("Layers", own, blobs, stored);
    const size = layers.reduce((sum, layer) => sum + layer.size, 0);
    return add(
      [config, ...layers].map((part) => part.digest),
      size,
    );
  }
  const children = manifest.manifests.map((part) => part.digest);
  refuseMissing("Images", children, manifests, stored);
  return add(children, Math.max(0, ...children.map((child) => manifests.get(child)?.size ?? 0)));
}

function refuseMissing(
  kind: "Layers" | "Images",
  wanted: readonly string[],
  there: ReadonlyMap<string, unknown>,
  { name, registryId }: Stored,
): void {
  const missing = wanted.filter((digest) => !there.has(digest));
  if (missing.length === 0) return;
  throw new RegistryError(
    "MANIFEST_BLOB_UNKNOWN",
    `${kind} with digests '[${missing.join(", ")}]' required for pushing image into repository with name '${name}' in the registry with id '${registryId}' do not exist`,
  );
}
