import type { RegistryClient } from "../client.ts";
import type { Credentials } from "../token.ts";

/** The repository of an image, or of a tag. */
export interface Destination {
  /** host or host:port */
  readonly host: string;
  /** Name of the repository within its registry. */
  readonly name: string;
  /** `<host>/<name>` */
  readonly uri: string;
  /** Name for another job of the same account, without the host: `ecr://<name>`; `uri` where that is not possible. */
  readonly portableUri: string;
  /** Returns whether an existing tag cannot be moved. */
  readonly isImmutable: (tag: string) => boolean;
  /** Credentials of `registry`; undefined where the registry needs none. */
  readonly credentials: Credentials | undefined;
  readonly registry: RegistryClient;
}

/** A repository that was found. A missing and wanted one is only created by `open`. */
export interface FoundDestination {
  open(): Promise<Destination>;
}
