import { gzipSync, zstdCompressSync } from "node:zlib";
import type { RegistryClient } from "../../../registry/client.ts";
import { blobOf, type Descriptor, digestOf, mediaTypes } from "../../../registry/oci.ts";

/** Media types of Docker and OCI for the parts of an image. */
export const names = {
  docker: {
    manifest: mediaTypes.dockerManifest,
    index: mediaTypes.dockerIndex,
    config: "application/vnd.docker.container.image.v1+json",
    layer: mediaTypes.dockerLayer,
    gzip: mediaTypes.dockerGzipLayer,
    zstd: mediaTypes.dockerZstdLayer,
  },
  oci: {
    manifest: mediaTypes.manifest,
    index: mediaTypes.index,
    config: mediaTypes.config,
    layer: mediaTypes.layer,
    gzip: mediaTypes.gzipLayer,
    zstd: mediaTypes.zstdLayer,
  },
};

const compress = { layer: (bytes: Buffer) => bytes, gzip: gzipSync, zstd: zstdCompressSync };

export interface TestBase {
  readonly kind: keyof typeof names;
  readonly layers: readonly (keyof typeof compress)[];
  readonly platform?: { architecture: string; os: string; variant?: string };
}

/** Pushes an image whose layers are empty archives of different lengths; returns its descriptor for an index. */
export async function pushBase(
  registry: RegistryClient,
  repository: string,
  { kind, layers, platform = { architecture: "amd64", os: "linux" } }: TestBase,
): Promise<Descriptor> {
  const push = async (bytes: Buffer, mediaType: string): Promise<Descriptor> => {
    const digest = digestOf(bytes);
    await registry.pushBlob(repository, blobOf(digest, bytes));
    return { mediaType, digest, size: bytes.length };
  };
  const archives = layers.map((_, index) => Buffer.alloc(1024 * (index + 1)));
  const pushed = await Promise.all(
    layers.map((how, index) => push(compress[how](archives[index] ?? Buffer.of()), names[kind][how])),
  );
  const config = Buffer.from(
    JSON.stringify({ ...platform, config: {}, rootfs: { type: "layers", diff_ids: archives.map(digestOf) } }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: names[kind].manifest,
    config: await push(config, names[kind].config),
    layers: pushed,
  };
  return { ...(await putDocument(registry, repository, manifest)), platform };
}

/** Pushes a manifest or an index, by its digest and, when there is one, by a tag. */
export async function putDocument(
  registry: RegistryClient,
  repository: string,
  content: { readonly mediaType: string },
  tag?: string,
): Promise<Descriptor> {
  const body = Buffer.from(JSON.stringify(content));
  const digest = digestOf(body);
  await registry.putManifest(repository, tag ?? digest, { mediaType: content.mediaType, body });
  return { mediaType: content.mediaType, digest, size: body.length };
}
