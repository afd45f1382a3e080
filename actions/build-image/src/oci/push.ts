import { createReadStream } from "node:fs";
import type { RegistryClient } from "../../../shared/registry/client.ts";
import { type Descriptor, mediaTypes } from "../../../shared/registry/oci.ts";
import type { OpenContent } from "../../../shared/registry/request.ts";
import type { AssembledImage } from "./image.ts";
import type { Layer } from "./layer.ts";

export interface BaseSource {
  readonly registry: RegistryClient;
  readonly name: string;
  readonly layers: readonly Descriptor[];
}

export interface PushedLayer {
  readonly what: "base layer" | "context";
  readonly digest: string;
  /** Compressed bytes. */
  readonly size: number;
  readonly how: "already there" | "mounted" | "uploaded";
}

/** Brings what the repository lacks. Blobs first: a manifest may only refer to what is there. */
export async function pushImage(
  registry: RegistryClient,
  repository: string,
  { image, layer, base }: { image: AssembledImage; layer: Layer; base: BaseSource | undefined },
): Promise<PushedLayer[]> {
  const pushed = await Promise.all([
    ...distinct(base?.layers ?? []).map((each) =>
      bringBaseLayer(registry, repository, each, base as BaseSource),
    ),
    bringContext(registry, repository, layer),
  ]);
  await bringBlob(registry, repository, image.configDigest, () => once(image.config));
  await registry.putManifest(repository, image.digest, {
    mediaType: mediaTypes.manifest,
    body: image.manifest,
  });
  return pushed;
}

/** Bases made by Dockerfiles often hold the same empty layer several times. */
function distinct(layers: readonly Descriptor[]): Descriptor[] {
  return [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
}

async function bringContext(
  registry: RegistryClient,
  repository: string,
  layer: Layer,
): Promise<PushedLayer> {
  const { digest, size, path } = layer;
  const how = await bringBlob(registry, repository, digest, () => createReadStream(path));
  return { what: "context", digest, size, how };
}

async function bringBaseLayer(
  registry: RegistryClient,
  repository: string,
  { digest, size }: Descriptor,
  base: BaseSource,
): Promise<PushedLayer> {
  const sameRegistry = base.registry.host === registry.host;
  const mount = () => registry.mountBlob(repository, digest, base.name);
  const open = () => base.registry.openBlob(base.name, digest);
  const how = await bringBlob(registry, repository, digest, open, sameRegistry ? mount : undefined);
  return { what: "base layer", digest, size, how };
}

async function bringBlob(
  registry: RegistryClient,
  repository: string,
  digest: string,
  open: OpenContent,
  mount?: () => Promise<boolean>,
): Promise<PushedLayer["how"]> {
  if (await registry.hasBlob(repository, digest)) return "already there";
  if (await mount?.()) return "mounted";
  await registry.uploadBlob(repository, digest, open);
  return "uploaded";
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}
