import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest, RegistryClient } from "../../../shared/registry/client.ts";
import { digestOf } from "../../../shared/registry/digest.ts";
import type { ImageReference } from "../../../shared/registry/image-reference.ts";
import {
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  mediaTypes,
} from "../../../shared/registry/oci.ts";
import type { Base } from "./image.ts";
import type { Platform } from "./inputs.ts";

const indexTypes: readonly string[] = [mediaTypes.index, mediaTypes.dockerIndex];
const imageTypes: readonly string[] = [mediaTypes.manifest, mediaTypes.dockerManifest];

/** Reads the base's configuration and layers; every byte of them is pinned by the reference's digest. */
export async function readBaseImage(
  registry: RegistryClient,
  { host, name, digest }: ImageReference,
  platform: Platform,
): Promise<Base> {
  const shown = `${host}/${name}@${digest}`;
  const found = await getManifest(registry, name, digest, shown);
  const image = indexTypes.includes(found.mediaType)
    ? await getManifest(registry, name, choosePlatform(found, platform, shown), shown)
    : found;
  if (!imageTypes.includes(image.mediaType))
    throw new Failure(`The base image ${shown} is of the type ${image.mediaType}, which is no image`);
  const manifest = JSON.parse(image.body.toString("utf8")) as ImageManifest;
  const config = await readConfig(registry, name, manifest.config);
  if (config.os !== platform.os || config.architecture !== platform.architecture)
    throw new Failure(
      `The base image ${shown} is for ${config.os}/${config.architecture}, not for ${platform.os}/${platform.architecture}`,
      { nextStep: "set the input platform to the base image's, or give the digest of a base image for it." },
    );
  return { config, layers: manifest.layers.map((layer) => toOciLayer(layer, shown)) };
}

async function getManifest(registry: RegistryClient, name: string, digest: string, shown: string) {
  const manifest = await registry.getManifest(name, digest);
  if (manifest) return manifest;
  throw new Failure(`The base image ${shown} does not exist (${registry.host} has no ${name}@${digest})`, {
    nextStep: "correct the input base-image.",
  });
}

function choosePlatform({ body }: FetchedManifest, { os, architecture }: Platform, shown: string): string {
  const { manifests } = JSON.parse(body.toString("utf8")) as ImageIndex;
  const chosen = manifests.find(
    ({ platform }) => platform?.os === os && platform.architecture === architecture,
  );
  if (chosen) return chosen.digest;
  const offered = manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`).join(", ");
  throw new Failure(`The base image ${shown} has no ${os}/${architecture}; it has ${offered}`, {
    nextStep: "correct the input platform or base-image.",
  });
}

async function readConfig(
  registry: RegistryClient,
  name: string,
  { digest }: Descriptor,
): Promise<ImageConfig> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await registry.openBlob(name, digest)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (digestOf(body) !== digest)
    throw new Failure(
      `The registry ${registry.host} answered ${digestOf(body)} for the blob ${digest} of ${name}`,
    );
  return JSON.parse(body.toString("utf8")) as ImageConfig;
}

/** Docker's layers are OCI's under another name; a layer that may not be pushed cannot be part of our image. */
function toOciLayer(layer: Descriptor, shown: string): Descriptor {
  const { mediaType, digest, size, urls } = layer;
  if (urls !== undefined || /nondistributable|foreign/.test(mediaType))
    throw new Failure(`The base image ${shown} has the layer ${digest}, which its licence lets nobody push`, {
      nextStep: "choose another base image.",
    });
  return {
    mediaType: mediaType === mediaTypes.dockerGzipLayer ? mediaTypes.gzipLayer : mediaType,
    digest,
    size,
  };
}
