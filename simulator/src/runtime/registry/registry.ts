import type { IncomingMessage, ServerResponse } from "node:http";

/** The part of an OCI image configuration that is needed to run it (OCI image-spec v1.1, config.md). */
export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly config?: {
    readonly User?: string;
    readonly ExposedPorts?: Record<string, object>;
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly WorkingDir?: string;
    readonly Labels?: Record<string, string>;
    readonly StopSignal?: string;
  };
}

export interface ImageLayer {
  readonly digest: string;
  readonly mediaType: string;
  /** File of the pushed blob. */
  readonly path: string;
}

export interface PulledImage {
  /** Digest of the manifest that was pulled, `sha256:…`. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** Lowest layer first. */
  readonly layers: readonly ImageLayer[];
  /** `host:port/name`, at which the registry responds; undefined for an image of a test. */
  readonly name?: string;
}

/** A manifest as it was pushed, byte for byte. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
  /** Digests of the manifest's content: configuration and layers, or the manifests of an index. */
  readonly children: readonly string[];
  /** Compressed bytes of its layers; for an index, of its largest image. */
  readonly size: number;
  /** The manifest's own artifact type, else the media type of an image's configuration. */
  readonly artifactType: string | undefined;
  readonly pushedAt: Date;
  lastPulledAt: Date | undefined;
}

export interface NewManifest {
  readonly body: Buffer;
  /** The media type from the client; the manifest's own `mediaType` must match. */
  readonly mediaType: string | undefined;
  readonly tag?: string | undefined;
  /** Refused when the body's digest differs. */
  readonly digest?: string | undefined;
}

/** The images of one repository. */
export interface RegistryRepository {
  readonly name: string;
  readonly manifests: ReadonlyMap<string, StoredManifest>;
  /** Digest of the manifest each tag points to. */
  readonly tags: ReadonlyMap<string, string>;
  /** Bytes of each readable blob, by digest. */
  readonly blobs: ReadonlyMap<string, number>;
  /** Returns the manifest of a tag or digest. */
  resolve(reference: string): StoredManifest | undefined;
  /** Returns the digest of an index that lists this manifest, which then cannot be removed. */
  listedIn(digest: string): string | undefined;
  /** Throws RegistryError: everything the manifest refers to must exist here, and an immutable tag does not move. */
  putManifest(manifest: NewManifest): StoredManifest;
  removeTag(tag: string): void;
  /** Removes the manifest and every tag that points to it. */
  removeManifest(digest: string): void;
}

export interface RepositorySettings {
  /** Blobs are mounted only from a repository with the same encryption. */
  readonly encryption?: string;
  /** Returns why the simulator's account may not do this here; undefined when it may. Called at each request. */
  readonly denial?: (action: "pull" | "push" | "delete") => string | undefined;
  /** Returns whether `tag` is immutable once it points to an image. Called at each push. */
  readonly isImmutable: (tag: string) => boolean;
  /** Called for every tag that now points to another manifest. */
  readonly onTag?: (manifest: StoredManifest, tag: string) => void;
  /** Called for every tag that no longer points to its manifest because it was removed, or its manifest was. */
  readonly onUntag?: (manifest: StoredManifest, tag: string) => void;
}

/**
 * The registry behind ECR, made by `createRegistry` in registry-server.ts: OCI distribution on the gateway's `/v2/`,
 * blobs on disk.
 */
export interface Registry {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Pulls like a container agent. `reference` is from a task definition: host/name:tag or host/name@digest. Rejects
   * with ECS's message for stoppedReason (CannotPullContainerError: …).
   */
  pull(reference: string): Promise<PulledImage>;
  createRepository(name: string, settings: RepositorySettings): RegistryRepository;
  repository(name: string): RegistryRepository | undefined;
  /** Removes the repository with its images, and from disk the blobs that no other repository shares. */
  deleteRepository(name: string): Promise<void>;
  /** Returns the file of a blob, which does not exist after the blob's removal. */
  blobPath(digest: string): string;
  /** Returns a password of user `AWS`, valid until `expiresAt`, with the rights of the caller with that ARN. */
  issueToken(expiresAt: Date, owner?: string): string;
  /** Whether a push may use a blob from another repository (ECR's account setting BLOB_MOUNTING). */
  blobMounting: boolean;
}

/** Error codes of the OCI distribution specification v1.1; ECR still uses the older TAG_INVALID. */
export type RegistryErrorCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DENIED"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_INVALID"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "TAG_INVALID"
  | "UNSUPPORTED";

const statusOf: Record<RegistryErrorCode, number> = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  UNSUPPORTED: 405,
};

/** An error in the registry's response `{"errors":[{code, message}]}`. */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  readonly statusCode: number;

  constructor(code: RegistryErrorCode, message: string, statusCode = statusOf[code]) {
    super(message);
    this.name = "RegistryError";
    this.code = code;
    this.statusCode = statusCode;
  }
}
