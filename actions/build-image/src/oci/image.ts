import {
  type ContainerConfig,
  type Descriptor,
  digestOf,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  mediaTypes,
} from "../../../registry/oci.ts";
import type { Platform } from "../platforms.ts";
import type { Base, BaseImage } from "./base-image.ts";
import type { ContainerSettings } from "./inputs.ts";
import type { Layer } from "./layer.ts";

/** Bytes under their digest. */
export interface Document {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
}

export type AssembledImage = ReturnType<typeof assembleImage>;

/** The time in every image, so that builds are reproducible. */
const epoch = "1970-01-01T00:00:00Z";

/** Adds one layer to the base: the same base, layer and settings give the same bytes. */
export function assembleImage(base: Base, layer: Layer, settings: ImageSettings) {
  const { architecture, os, variant, rootfs, history } = base.config;
  const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) };
  const config = toDocument(mediaTypes.config, {
    created: epoch,
    ...platform,
    config: containerConfig(base.config.config ?? {}, settings),
    rootfs: { type: "layers", diff_ids: [...rootfs.diff_ids, layer.diffId] },
    history: [...(history ?? []), { created: epoch, created_by: `COPY . ${settings.workingDirectory}` }],
  } satisfies ImageConfig);
  const manifest = toDocument(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(config),
    layers: [...base.layers, { mediaType: mediaTypes.gzipLayer, digest: layer.digest, size: layer.size }],
    ...(base.source && { annotations: annotate(base.source) }),
  } satisfies ImageManifest);
  return { manifest, config, platform };
}

/** Combines the images of several platforms under one name. */
export function assembleIndex(images: readonly AssembledImage[]): Document {
  return toDocument(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: images.map(({ manifest, platform }) => ({
      ...describe(manifest),
      ...(platform && { platform }),
    })),
  } satisfies ImageIndex);
}

/** Returns an image without files. */
export function scratch(platform: Platform): Base {
  return { config: { ...platform, rootfs: { type: "layers", diff_ids: [] } }, layers: [], source: undefined };
}

/** Returns annotations of OCI image-spec v1.1, annotations.md, which scanners and updaters use. */
function annotate({ pinned, digest }: BaseImage): Record<string, string> {
  const at = pinned.indexOf("@");
  return {
    "org.opencontainers.image.base.digest": digest,
    "org.opencontainers.image.base.name": pinned.slice(0, at),
  };
}

function toDocument(mediaType: string, content: object): Document {
  const body = Buffer.from(JSON.stringify(content));
  return { digest: digestOf(body), mediaType, body };
}

function describe({ mediaType, digest, body }: Document): Descriptor {
  return { mediaType, digest, size: body.length };
}

interface ImageSettings extends ContainerSettings {
  readonly labels: ReadonlyMap<string, string>;
}

/** Returns the base's configuration, changed by the settings. */
function containerConfig(base: ContainerConfig, settings: ImageSettings): ContainerConfig {
  const { workingDirectory, user, environment, exposedPorts, labels, entrypoint } = settings;
  const { Entrypoint: _, Cmd: __, ...others } = base;
  // As in a Dockerfile, a new entrypoint does not get the arguments of the old one.
  const kept = entrypoint === undefined ? base : { ...others, Entrypoint: [...entrypoint] };
  const ports = [...new Set([...Object.keys(base.ExposedPorts ?? {}), ...exposedPorts])].sort();
  const allLabels = new Map([...Object.entries(base.Labels ?? {}), ...labels]);
  return {
    ...kept,
    User: user,
    WorkingDir: workingDirectory,
    Env: mergeEnvironment(base.Env ?? [], environment),
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    Labels: Object.fromEntries([...allLabels].sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

function mergeEnvironment(base: readonly string[], added: ReadonlyMap<string, string>): string[] {
  const kept = base.filter((line) => !added.has(line.slice(0, line.indexOf("="))));
  return [...kept, ...[...added].map(([name, value]) => `${name}=${value}`)];
}
