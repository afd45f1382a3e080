import { createReadStream } from "node:fs";
import { blobOf } from "../../../shared/registry/blob.ts";
import type { RegistryClient } from "../../../shared/registry/client.ts";
import type { Descriptor } from "../../../shared/registry/oci.ts";
import type { ImagePart } from "../builder.ts";
import { createTurns } from "../parallel.ts";
import type { BaseImage } from "./base-image.ts";
import type { Document } from "./image.ts";
import type { Layer } from "./layer.ts";

/** Smaller blobs, which were just built, are sent without checking whether they exist by chance. */
const worthAsking = 1_000_000;

/** Pushes blobs to a repository, several in parallel and each once. */
export function createPusher(registry: RegistryClient, repository: string) {
  const inTurn = createTurns();
  const baseLayers = new Map<string, Promise<ImagePart>>();

  const bringBaseLayer = async ({ digest, size }: Descriptor, base: BaseImage): Promise<ImagePart> => {
    const part = { what: "base layer", digest, size };
    if (await registry.hasBlob(repository, digest)) return { ...part, how: "already there" };
    const open = () => base.registry.openBlob(base.name, { digest, size });
    const from = base.registry.host === registry.host ? base.name : undefined;
    return { ...part, how: await registry.pushBlob(repository, { digest, size, open }, from) };
  };

  return {
    /** Layers that several platforms share, and the empty ones that Dockerfiles make, are pushed once. */
    baseLayer(layer: Descriptor, base: BaseImage): Promise<ImagePart> {
      const begun = baseLayers.get(layer.digest) ?? inTurn(() => bringBaseLayer(layer, base));
      baseLayers.set(layer.digest, begun);
      return begun;
    },
    context: ({ digest, size, path }: Layer): Promise<ImagePart> =>
      inTurn(async () => {
        const part = { what: "context", digest, size };
        if (size > worthAsking && (await registry.hasBlob(repository, digest)))
          return { ...part, how: "already there" };
        const open = () => createReadStream(path);
        return { ...part, how: await registry.pushBlob(repository, { digest, size, open }) };
      }),
    config: ({ digest, body }: Document) => inTurn(() => registry.pushBlob(repository, blobOf(digest, body))),
    manifest: (manifest: Document) =>
      inTurn(() => registry.putManifest(repository, manifest.digest, manifest)),
  };
}

export type Pusher = ReturnType<typeof createPusher>;
