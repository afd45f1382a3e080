import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { makeNodeBase } from "@ecs-delivery/program/base-image";
import { create } from "tar";
import type { ImageConfig, ImageLayer, PulledImage, Registry } from "../registry/registry.ts";

/** Creates a gzip layer with these files and symbolic links. The same content has the same digest. */
export async function makeLayer(
  directory: string,
  files: Record<string, string | Buffer>,
  links: Record<string, string> = {},
): Promise<ImageLayer> {
  const content = join(directory, randomUUID());
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(content, path)), { recursive: true });
    await writeFile(join(content, path), text, { mode: 0o755 });
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(content, path)), { recursive: true });
    await symlink(target, join(content, path));
  }
  await mkdir(content, { recursive: true });
  const path = `${content}.tar.gz`;
  await create({ file: path, cwd: content, gzip: true, portable: true, mtime: new Date(0) }, ["."]);
  const digest = digestOf(await readFile(path));
  return { digest, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", path };
}

/**
 * Creates a layer with Node, for images that run without a provided one; not compressed, as it stays on this machine.
 */
export async function makeNodeLayer(directory: string): Promise<ImageLayer> {
  const content = join(directory, randomUUID());
  await makeNodeBase({ folder: content });
  const path = `${content}.tar`;
  await create({ file: path, cwd: content, portable: true }, ["."]);
  return {
    digest: digestOf(await readFile(path)),
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    path,
  };
}

interface PushTarget {
  /** Origin of `/v2/`, such as http://host:port. */
  readonly endpoint: string;
  readonly authorization: string;
  readonly repository: string;
}

/** Pushes an image as a builder does; returns its digest. */
export async function pushLayers(
  { endpoint, authorization, repository }: PushTarget,
  layers: readonly ImageLayer[],
  config: ImageConfig["config"],
  tag = "latest",
): Promise<string> {
  const base = `${endpoint}/v2/${repository}`;
  const put = async (digest: string, read: () => Promise<Buffer>) => {
    const known = await fetch(`${base}/blobs/${digest}`, { method: "HEAD", headers: { authorization } });
    if (!known.ok) await send(`${base}/blobs/uploads/?digest=${digest}`, "POST", authorization, await read());
  };
  const described = await Promise.all(layers.map(describeLayer));
  const rootfs = { type: "layers", diff_ids: described.map(({ diffId }) => diffId) };
  const image = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", config, rootfs }));
  const configType = "application/vnd.oci.image.config.v1+json";
  await put(digestOf(image), async () => image);
  await Promise.all(layers.map(({ digest, path }) => put(digest, () => readFile(path))));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: configType, digest: digestOf(image), size: image.length },
    layers: layers.map(({ mediaType, digest }, index) => ({
      mediaType,
      digest,
      size: described[index]?.size,
    })),
  };
  const body = Buffer.from(JSON.stringify(manifest));
  await send(`${base}/manifests/${tag}`, "PUT", authorization, body, mediaType);
  return digestOf(body);
}

const describedLayers = new WeakMap<ImageLayer, Promise<{ size: number; diffId: string }>>();

/** Returns the size, and the digest of the content; a base layer has a hundred megabytes, and is read once. */
function describeLayer(layer: ImageLayer): Promise<{ size: number; diffId: string }> {
  const described =
    describedLayers.get(layer) ??
    readFile(layer.path).then((bytes) => ({
      size: bytes.length,
      diffId: layer.mediaType.endsWith("+gzip") ? digestOf(gunzipSync(bytes)) : layer.digest,
    }));
  describedLayers.set(layer, described);
  return described;
}

async function send(
  url: string,
  method: string,
  authorization: string,
  body: Buffer,
  type = "",
): Promise<void> {
  const headers = { authorization, ...(type && { "content-type": type }) };
  const response = await fetch(url, { method, headers, body: new Uint8Array(body) });
  if (response.status !== 201) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function makeImage(layers: readonly ImageLayer[], config: ImageConfig["config"]): PulledImage {
  const digest = digestOf(Buffer.from(JSON.stringify([layers, config])));
  return { digest, config: { architecture: "amd64", os: "linux", config }, layers };
}

/** An image of one file that `node` runs. */
export async function makeProgram(
  directory: string,
  program: string,
  env: string[] = [],
): Promise<PulledImage> {
  const layer = await makeLayer(directory, { "app/server.mjs": program });
  return makeImage([layer], { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app", Env: env });
}

/** Creates a registry of just these images; others fail with the container agent's message. */
export function createFixedRegistry(images: Record<string, PulledImage>): Pick<Registry, "pull"> {
  return {
    async pull(reference) {
      const image = images[reference];
      if (!image)
        throw new Error(
          `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${reference}: ${reference}: not found`,
        );
      return image;
    },
  };
}
