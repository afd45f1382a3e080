import { group } from "@actions/core";
import type { JobContext } from "../../core/context.ts";
import type { FetchedManifest } from "../../registry/client.ts";
import type { Destination } from "../../registry/destination/destination.ts";
import { createRegistryContext, type RegistryContext } from "../../registry/ecr-login.ts";
import { type ImageIndex, type ImageManifest, isIndex, platformName } from "../../registry/oci.ts";
import type { SourceFile } from "./source/list-files.ts";

/** One way of building an image; the input `builder` chooses it. */
export interface Builder {
  /**
   * Reads everything except the context's files and the labels that decides what the image is: the base's digest, the
   * platform, the settings. It is hashed with the files, so it must be the same JSON whenever the image would be the
   * same.
   */
  readIngredients(): Promise<Ingredients>;
  /** An ignore file that, where it exists, replaces the context's `.dockerignore`. */
  readonly ignoreFile?: string;
  /**
   * Builds the image and pushes it to the destination, or writes it into an OCI archive. Leaves nothing else on the
   * machine, also when it fails.
   */
  build(order: Order): Promise<Built>;
}

export type Ingredients = Readonly<Record<string, unknown>>;

export interface Order {
  /** Undefined: the image is written to `file`. */
  readonly destination?: Destination;
  /** Path of the archive. */
  readonly file?: string;
  readonly context: string;
  /** Files of the context as they were hashed: folders before their content. */
  readonly files: readonly SourceFile[];
  /** Tag of the source; a builder that cannot push by digest pushes this tag, and no other. */
  readonly sourceTag: string;
  /** Labels of the image, the source's digest among them. */
  readonly labels: ReadonlyMap<string, string>;
  /** An empty folder, which the caller removes. */
  readonly folder: string;
}

export interface Built {
  /** Everything that it refers to is in the repository; unless it is tagged, the caller pushes the manifest itself. */
  readonly manifest: FetchedManifest;
  /** Whether the builder has pushed the source's tag. */
  readonly tagged: boolean;
  /** Lowest first. */
  readonly parts: readonly ImagePart[];
  /** Base image by digest. */
  readonly base?: string;
}

/** A layer of an image, as the summary shows it. */
export interface ImagePart {
  readonly what: string;
  readonly digest: string;
  /** Compressed bytes; undefined where they were not read. */
  readonly size: number | undefined;
  readonly how: string;
}

/** Returns the layers of an image; for an index, its images without sizes, which would need further requests. */
export function partsOf({ body, mediaType }: FetchedManifest, how: string): ImagePart[] {
  const manifest = JSON.parse(body.toString("utf8")) as ImageIndex & ImageManifest;
  if (!isIndex(mediaType))
    return manifest.layers.map(({ digest, size }) => ({ what: "layer", digest, size, how }));
  return manifest.manifests.map(({ digest, platform }) => ({
    what: platformName(platform),
    digest,
    size: undefined,
    how,
  }));
}

/** Context of a build; nothing below reads time, the network or the environment otherwise. */
export interface BuildEnvironment extends RegistryContext {
  /** Folds the log lines of `run` under a title. */
  readonly group: <Result>(title: string, run: () => Promise<Result>) => Promise<Result>;
}

export function createBuildEnvironment(job: JobContext): BuildEnvironment {
  return { ...createRegistryContext(job), group };
}

/** Formats `980 B`, `412 kB`, `12.3 MB`: decimal units, as registries count. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
