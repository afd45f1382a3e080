import type { FetchedManifest } from "../../shared/registry/client.ts";
import type { Destination } from "../../shared/registry/destination/destination.ts";
import type { SourceFile } from "./source/list-files.ts";

/** One way of making an image; `builder` of the action's inputs chooses it. */
export interface Builder {
  /**
   * Everything besides the context's files and the labels that decides what the image is: the base's digest, the
   * platform, the settings. It is hashed with the files, so it must be the same JSON whenever the image would be the
   * same.
   */
  readIngredients(): Promise<Ingredients>;
  /** An ignore file that, where it is there, is used in place of the context's `.dockerignore`. */
  readonly ignoreFile?: string;
  /** Makes the image and brings it into the destination. Nothing of it is left on the machine, also when it fails. */
  build(order: BuildOrder): Promise<Built>;
}

export type Ingredients = Readonly<Record<string, unknown>>;

export interface BuildOrder {
  readonly destination: Destination;
  readonly context: string;
  /** What of the context counts, as it was hashed: folders before what is in them. */
  readonly files: readonly SourceFile[];
  /** Tag that stands for the source; a builder that cannot push by digest pushes this tag, and no other. */
  readonly sourceTag: string;
  /** Labels of the image, the source's digest among them. */
  readonly labels: ReadonlyMap<string, string>;
  /** An empty folder, which the caller removes. */
  readonly folder: string;
}

export interface Built {
  /** All that it refers to is in the repository; unless it is tagged, the caller puts the manifest itself. */
  readonly manifest: FetchedManifest;
  /** Whether the builder has given it the source's tag. */
  readonly tagged: boolean;
  /** Lowest first. */
  readonly parts: readonly ImagePart[];
  /** What else the job summary should tell of this build, in Markdown, such as a table of its steps. */
  readonly record?: string;
}

/** A layer of an image, as the summary shows it. */
export interface ImagePart {
  readonly what: string;
  readonly digest: string;
  /** Compressed bytes; undefined where nobody has asked. */
  readonly size: number | undefined;
  readonly how: string;
}
