import { buffer } from "node:stream/consumers";
import { Failure } from "../../../core/failure.ts";
import type { FetchedManifest, RegistryClient } from "../../../registry/client.ts";
import type { ImageName } from "../../../registry/image-name.ts";
import {
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isAttestation,
  isImage,
  isIndex,
  mediaTypes,
  platformName,
} from "../../../registry/oci.ts";
import { isFor, type Platform } from "../platforms.ts";

/** A base image with its registry; its content is read when it is needed. */
export interface BaseImage {
  readonly registry: RegistryClient;
  /** The repository's name in the registry. */
  readonly name: string;
  /** `node:24-slim@sha256:…`, the name to write to pin it. */
  readonly pinned: string;
  readonly digest: string;
}

/** Resolves a name. A digest needs no request: it identifies the image regardless of the tag. */
export async function findBaseImage(
  registry: RegistryClient,
  { repository, name, tag, digest }: ImageName,
): Promise<BaseImage> {
  const found = digest ?? (await getManifest(registry, name, tag, `${repository}:${tag}`)).digest;
  // Docker uses `latest` without a tag, so the pinned name omits it.
  const shownTag = tag === "latest" ? "" : `:${tag}`;
  return { registry, name, digest: found, pinned: `${repository}${shownTag}@${found}` };
}

/** Reads the manifest of the base or, of a base for several platforms, that of one. */
export async function getBaseManifest(
  { registry, name, pinned, digest }: BaseImage,
  platform?: Platform,
): Promise<FetchedManifest> {
  const found = await getManifest(registry, name, digest, pinned);
  return platform && isIndex(found.mediaType)
    ? getManifest(registry, name, choosePlatform(found, platform, pinned), pinned)
    : found;
}

/** Reads the base's configuration and layers; digests pin every byte of them. */
export async function readBaseImage(base: BaseImage, platform: Platform): Promise<Base> {
  const { registry, name, pinned } = base;
  const image = await getBaseManifest(base, platform);
  if (!isImage(image.mediaType))
    throw new Failure(`Base image ${pinned} has the media type ${image.mediaType}, which is not an image`);
  const manifest = JSON.parse(image.body.toString("utf8")) as ImageManifest;
  const bytes = await buffer(registry.openBlob(name, manifest.config));
  const config = JSON.parse(bytes.toString("utf8")) as ImageConfig;
  if (!isFor(config, platform))
    throw new Failure(
      `The base image ${pinned} is for ${platformName(config)}, not for ${platformName(platform)}`,
      {
        nextStep: "set the input platforms to the platform of the base image, or choose another base image.",
      },
    );
  return { config, layers: manifest.layers.map((layer) => toOciLayer(layer, pinned)), source: base };
}

async function getManifest(registry: RegistryClient, name: string, reference: string, shown: string) {
  const manifest = await registry.getManifest(name, reference);
  if (manifest) return manifest;
  const missing = `${name}${reference.includes(":") ? "@" : ":"}${reference}`;
  throw new Failure(`Base image ${shown} does not exist (${registry.host} has no ${missing})`, {
    nextStep: "correct the input base-image.",
  });
}

function choosePlatform({ body }: FetchedManifest, platform: Platform, shown: string): string {
  const { manifests } = JSON.parse(body.toString("utf8")) as ImageIndex;
  const chosen = manifests.find((each) => each.platform && isFor(each.platform, platform));
  if (chosen) return chosen.digest;
  const images = manifests.filter((each) => !isAttestation(each));
  const offered = images.map((each) => platformName(each.platform)).join(", ");
  throw new Failure(
    `Base image ${shown} is not available for ${platformName(platform)}, only for ${offered}`,
    { nextStep: "correct the input platforms or base-image." },
  );
}

/** Docker's layers are OCI's under other names, and a manifest must use only one of the two. */
const ociNames: Readonly<Record<string, string>> = {
  [mediaTypes.dockerLayer]: mediaTypes.layer,
  [mediaTypes.dockerGzipLayer]: mediaTypes.gzipLayer,
  [mediaTypes.dockerZstdLayer]: mediaTypes.zstdLayer,
};

function toOciLayer({ mediaType, digest, size, urls, annotations }: Descriptor, shown: string): Descriptor {
  // A layer that may not be pushed cannot be part of our image.
  if (urls !== undefined || /nondistributable|foreign/.test(mediaType))
    throw new Failure(
      `Base image ${shown} has the layer ${digest}, whose licence does not allow pushing it`,
      { nextStep: "choose another base image." },
    );
  return { mediaType: ociNames[mediaType] ?? mediaType, digest, size, ...(annotations && { annotations }) };
}

/** The beginning of an image: nothing, or a base image's parts. */
export interface Base {
  readonly config: ImageConfig;
  readonly layers: readonly Descriptor[];
  readonly source: BaseImage | undefined;
}
