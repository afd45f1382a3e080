import type { IncomingMessage, ServerResponse } from "node:http";

/** The part of an OCI image configuration that running it needs (OCI image-spec v1.1, config.md). */
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
  /** The blob as it was pushed, on disk. */
  readonly path: string;
}

export interface PulledImage {
  /** Digest of the manifest that was pulled, `sha256:…`. */
  readonly digest: string;
  readonly config: ImageConfig;
  /** Lowest layer first. */
  readonly layers: readonly ImageLayer[];
}

/** A manifest as it was pushed, byte for byte. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
  /** Digests of what the manifest holds: configuration and layers, or the manifests of an index. */
  readonly children: readonly string[];
  /** Compressed bytes of its layers; for an index, of its largest image. */
  readonly size: number;
  /** The manifest's own artifact type, else the media type of an image's configuration. */
  readonly artifactType: string | undefined;
  /** Digest of the manifest that this one is about: a signature's image, for one. It need not be here. */
  readonly subject: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly pushedAt: Date;
  lastPulledAt: Date | undefined;
}

export interface NewManifest {
  readonly body: Buffer;
  /** The media type the client names; the manifest's own `mediaType` must agree. */
  readonly mediaType: string | undefined;
  readonly tag?: string | undefined;
  /** Refused when the body has another one. */
  readonly digest?: string | undefined;
}

/** The images of one repository. */
export interface RegistryRepository {
  readonly name: string;
  readonly manifests: ReadonlyMap<string, StoredManifest>;
  /** Digest of the manifest each tag points to. */
  readonly tags: ReadonlyMap<string, string>;
  /** Bytes of each blob that can be read here, by digest. */
  readonly blobs: ReadonlyMap<string, number>;
  /** The manifest a tag or digest names. */
  resolve(reference: string): StoredManifest | undefined;
  /** Digest of an index that lists this manifest, which then cannot be removed. */
  listedIn(digest: string): string | undefined;
  /** Throws RegistryError: what the manifest refers to must be here, and an immutable tag does not move. */
  putManifest(manifest: NewManifest): StoredManifest;
  removeTag(tag: string): void;
  /** Removes the manifest and every tag that points to it. */
  removeManifest(digest: string): void;
}

export interface RepositorySettings {
  /** Blobs are mounted only from a repository that keeps its own in the same way. */
  readonly encryption?: string;
  /** Returns why the simulator's account may not do this here; undefined when it may. Called at each request. */
  readonly denial?: (action: "pull" | "push" | "delete") => string | undefined;
  /** Returns whether `tag` is immutable once it points to an image. Called at each push. */
  readonly isImmutable: (tag: string) => boolean;
  /** Called for every manifest that was pushed. */
  readonly onPush?: (manifest: StoredManifest) => void;
  /** Called for every tag that now points to another manifest. */
  readonly onTag?: (manifest: StoredManifest, tag: string) => void;
  /** Called for every tag that no longer points to its manifest because it was removed, or its manifest was. */
  readonly onUntag?: (manifest: StoredManifest, tag: string) => void;
}

/** The registry behind ECR, made by `createRegistry` in registry-server.ts: OCI distribution on the gateway's `/v2/`, blobs on disk. */
export interface Registry {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Pulls as a container agent would. `reference` is what a task definition holds: host/name:tag or host/name@digest.
   * Rejects with the message that ECS reports as stoppedReason (CannotPullContainerError: …).
   */
  pull(reference: string): Promise<PulledImage>;
  createRepository(name: string, settings: RepositorySettings): RegistryRepository;
  repository(name: string): RegistryRepository | undefined;
  /** Removes the repository with its images, and from disk the blobs that no other repository shares. */
  deleteRepository(name: string): Promise<void>;
  /** The file of a blob; there is none once the blob is removed. */
  blobPath(digest: string): string;
  /** The password of user `AWS` until `expiresAt`. */
  issueToken(expiresAt: Date): string;
  /** Whether a push may take a blob from another repository (ECR's account setting BLOB_MOUNTING). */
  blobMounting: boolean;
}
