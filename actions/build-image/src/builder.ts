import type { Credentials } from "../../shared/registry/authorization.ts";
import type { FetchedManifest, RegistryClient } from "../../shared/registry/client.ts";

/** The repository that an image goes to. */
export interface Destination {
  /** host or host:port */
  readonly host: string;
  /** Name of the repository within its registry. */
  readonly name: string;
  /** `<host>/<name>` */
  readonly uri: string;
  /** No tag that exists can be moved. */
  readonly immutable: boolean;
  /** What `registry` logs in with; undefined where the registry asks for nothing. */
  readonly credentials: Credentials | undefined;
  readonly registry: RegistryClient;
}

/** One way of making an image; `builder` of the action's inputs chooses it. */
export interface Builder {
  /**
   * Everything besides the context's files that decides what the image is: the base's digest, the platform, the
   * settings. It is hashed with the files, so it must be the same JSON whenever the image would be the same.
   */
  readIngredients(): Promise<Ingredients>;
  /** Makes the image and brings it into the destination. Nothing of it is left on the machine, also when it fails. */
  build(order: BuildOrder): Promise<Built>;
}

export type Ingredients = Readonly<Record<string, unknown>>;

export interface BuildOrder {
  readonly destination: Destination;
  /** Tag that stands for the source; a builder that cannot push by digest pushes this tag, and no other. */
  readonly sourceTag: string;
  /** Labels of the image, the source's digest among them. */
  readonly labels: ReadonlyMap<string, string>;
  /** An empty folder, which the caller removes. */
  readonly folder: string;
}

export interface Built {
  readonly manifest: FetchedManifest;
  /** Lowest first. */
  readonly parts: readonly ImagePart[];
}

/** A layer of an image, as the summary shows it. */
export interface ImagePart {
  readonly what: string;
  readonly digest: string;
  /** Compressed bytes. */
  readonly size: number;
  readonly how: string;
}
