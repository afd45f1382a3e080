import { createHash } from "node:crypto";

/** Shapes of OCI image-spec v1.1 (descriptor.md, manifest.md, image-index.md, config.md), as far as they are used. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly urls?: readonly string[];
  readonly platform?: NamedPlatform;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface NamedPlatform {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
}

/** Returns a platform as `linux/arm64/v8`. */
export function platformName({ os, architecture, variant }: NamedPlatform = {}): string {
  return [os, architecture, variant].filter(Boolean).join("/");
}

/** BuildKit's docs/attestations/attestation-storage.md: an attestation's platform is one that nothing can run. */
export function isAttestation({ platform }: Descriptor): boolean {
  return platform?.os === "unknown";
}

export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageIndex {
  readonly schemaVersion?: 2;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
}

export interface ContainerConfig {
  User?: string;
  ExposedPorts?: Record<string, object>;
  Env?: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
}

interface History {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

export interface ImageConfig {
  readonly created?: string;
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
  readonly config?: ContainerConfig;
  readonly rootfs: { readonly type: "layers"; readonly diff_ids: readonly string[] };
  readonly history?: readonly History[];
}

export const mediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  gzipLayer: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstdLayer: "application/vnd.oci.image.layer.v1.tar+zstd",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerLayer: "application/vnd.docker.image.rootfs.diff.tar",
  dockerGzipLayer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  dockerZstdLayer: "application/vnd.docker.image.rootfs.diff.tar.zstd",
} as const;

const indexTypes: readonly string[] = [mediaTypes.index, mediaTypes.dockerIndex];
const imageTypes: readonly string[] = [mediaTypes.manifest, mediaTypes.dockerManifest];

/** Returns whether a manifest of this media type lists an image for each platform, OCI's or Docker's. */
export function isIndex(mediaType: string): boolean {
  return indexTypes.includes(mediaType);
}

/** Returns whether a manifest of this media type is one image, OCI's or Docker's. */
export function isImage(mediaType: string): boolean {
  return imageTypes.includes(mediaType);
}

/** Returns the digest of OCI image-spec v1.1, descriptor.md. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Shortens a digest as Docker does: enough to distinguish two. */
export function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}

/** The content of a blob, readable as often as needed. */
export interface BlobContent {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export function blobOf(digest: string, bytes: Uint8Array): BlobContent {
  const open = async function* () {
    yield bytes;
  };
  return { digest, size: bytes.length, open };
}
