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

/** The registry behind ECR, made by `createRegistry(directory)` in registry-server.ts: OCI distribution on the gateway's `/v2/`, blobs on disk. */
export interface Registry {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Pulls as a container agent would. `reference` is what a task definition holds: host/name:tag or host/name@digest.
   * Rejects with the message that ECS reports as stoppedReason (CannotPullContainerError: …).
   */
  pull(reference: string): Promise<PulledImage>;
}
