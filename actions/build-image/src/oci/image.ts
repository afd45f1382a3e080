import { digestOf } from "../../../shared/registry/digest.ts";
import {
  type ContainerConfig,
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
  mediaTypes,
} from "../../../shared/registry/oci.ts";
import type { ContainerSettings, Platform } from "./inputs.ts";
import type { Layer } from "./layer.ts";

/** What an image begins with: nothing, or a base image's parts. */
export interface Base {
  readonly config: ImageConfig;
  readonly layers: readonly Descriptor[];
}

export interface AssembledImage {
  readonly digest: string;
  readonly manifest: Buffer;
  readonly configDigest: string;
  readonly config: Buffer;
}

/** The only moment in an image that is the same in every build. */
const epoch = "1970-01-01T00:00:00Z";

export interface ImageSettings extends ContainerSettings {
  readonly labels: ReadonlyMap<string, string>;
}

/** The base with one layer more: the same base, layer and settings give the same bytes. */
export function assembleImage(base: Base, layer: Layer, settings: ImageSettings): AssembledImage {
  const { architecture, os, variant, rootfs, history } = base.config;
  const config: ImageConfig = {
    created: epoch,
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    config: containerConfig(base.config.config ?? {}, settings),
    rootfs: { type: "layers", diff_ids: [...rootfs.diff_ids, layer.diffId] },
    history: [...(history ?? []), { created: epoch, created_by: `COPY . ${settings.workingDirectory}` }],
  };
  const configBytes = Buffer.from(JSON.stringify(config));
  const configDigest = digestOf(configBytes);
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configDigest, size: configBytes.length },
    layers: [...base.layers, { mediaType: mediaTypes.gzipLayer, digest: layer.digest, size: layer.size }],
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  return { digest: digestOf(manifestBytes), manifest: manifestBytes, configDigest, config: configBytes };
}

/** An image without files. */
export function scratch({ os, architecture }: Platform): Base {
  return { config: { os, architecture, rootfs: { type: "layers", diff_ids: [] } }, layers: [] };
}

function containerConfig(base: ContainerConfig, settings: ImageSettings): ContainerConfig {
  const { entrypoint, workingDirectory, user, environment, exposedPorts, labels } = settings;
  const { Entrypoint, Cmd, ...kept } = base;
  const ports = [...new Set([...Object.keys(base.ExposedPorts ?? {}), ...exposedPorts])].sort();
  const allLabels = new Map([...Object.entries(base.Labels ?? {}), ...labels]);
  return {
    ...kept,
    User: user,
    WorkingDir: workingDirectory,
    Env: mergeEnvironment(base.Env ?? [], environment),
    // As in a Dockerfile, a new entrypoint does not get the arguments that the old one had.
    ...(entrypoint === undefined ? { Entrypoint, Cmd } : { Entrypoint: [...entrypoint] }),
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    Labels: Object.fromEntries([...allLabels].sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

function mergeEnvironment(base: readonly string[], added: ReadonlyMap<string, string>): string[] {
  const kept = base.filter((line) => !added.has(line.slice(0, line.indexOf("="))));
  return [...kept, ...[...added].map(([name, value]) => `${name}=${value}`)];
}
