import { digestOf, type ImageManifest, indexMediaTypes, parseManifest } from "./manifest.ts";
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
  const refuseMissing = (kind: "Layers" | "Images", missing: string[]) => {
    if (missing.length === 0) return;
    throw new RegistryError(
      "MANIFEST_BLOB_UNKNOWN",
      `${kind} with digests '[${missing.join(", ")}]' required for pushing image into repository with name '${name}' in the registry with id '${registryId}' do not exist`,
    );
  };
  const assertBlobsExist = ({ config, layers }: ImageManifest) => {
    // A layer with urls is stored elsewhere by its author's licence and is never pushed.
    const own = [config, ...layers.filter((layer) => layer.urls === undefined)];
    refuseMissing(
      "Layers",
      own.filter(({ digest }) => !blobs.has(digest)).map(({ digest }) => digest),
    );
  };

  const store = ({ body, mediaType }: NewManifest, digest: string): StoredManifest => {
    const manifest = parseManifest(body, mediaType);
    const isImage = manifest.kind === "image";
    if (isImage) assertBlobsExist(manifest);
    const parts = isImage ? [manifest.config, ...manifest.layers] : manifest.manifests;
    const children = parts.map((part) => part.digest);
    if (!isImage)
      refuseMissing(
        "Images",
        children.filter((child) => !manifests.has(child)),
      );
    const size = isImage
      ? manifest.layers.reduce((sum, layer) => sum + layer.size, 0)
      : Math.max(0, ...children.map((child) => manifests.get(child)?.size ?? 0));
    return {
      digest,
      mediaType: manifest.mediaType,
      body,
      children,
      size,
      artifactType: manifest.artifactType,
      pushedAt: new Date(),
      lastPulledAt: undefined,
    };
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
      const stored = manifests.get(digest) ?? store(manifest, digest);
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
