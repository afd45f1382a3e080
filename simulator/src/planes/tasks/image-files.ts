import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract, type ReadEntry } from "tar";
import { readLayerArchive } from "../layer-archive.ts";
import { readLayerEntries } from "../layer-entries.ts";
import type { ImageLayer, PulledImage } from "../registry.ts";

/** Whiteouts as the OCI image-spec v1.1 defines them (layer.md, "Whiteouts"). */
const whiteoutPrefix = ".wh.";
const opaqueWhiteout = ".wh..wh..opq";

const knownMediaTypes =
  /^application\/vnd\.(oci\.image\.layer\.v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs\.diff\.tar(\.gzip)?)$/;

/** The files of images on disk: one folder per chain of layers, shared by all tasks of the same image. */
export interface ImageFiles {
  /** The folder that stands for `/` of the image. */
  unpack(image: PulledImage): Promise<string>;
}

export function createImageFiles(directory: string): ImageFiles {
  const unpacked = new Map<string, Promise<string>>();
  return {
    unpack(image) {
      const chain = createHash("sha256");
      for (const layer of image.layers) chain.update(`${layer.digest}\n`);
      const id = chain.digest("hex");
      const root = unpacked.get(id) ?? unpackLayers(image.layers, join(directory, id));
      unpacked.set(id, root);
      root.catch(() => unpacked.delete(id));
      return root;
    },
  };
}

async function unpackLayers(layers: readonly ImageLayer[], root: string): Promise<string> {
  if (existsSync(root)) return root;
  // Moved into place once whole, so that a folder that was left half unpacked is never taken for an image.
  const unfinished = `${root}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    for (const layer of layers) await applyLayer(layer, unfinished);
    await rename(unfinished, root);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  return root;
}

async function applyLayer(layer: ImageLayer, root: string): Promise<void> {
  if (!knownMediaTypes.test(layer.mediaType))
    throw new Error(`layer ${layer.digest} has media type ${layer.mediaType}, which cannot be unpacked`);
  const whiteouts: string[] = [];
  for await (const { path } of readLayerEntries(layer.path)) if (isWhiteout(path)) whiteouts.push(path);
  for (const path of whiteouts) await applyWhiteout(path, root);
  const into = extract({
    cwd: root,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    filter: (path, entry) => {
      keepInside(entry as ReadEntry);
      return !isWhiteout(path) && !isDevice(entry as ReadEntry);
    },
  });
  await pipeline(await readLayerArchive(layer.path), into);
}

function isWhiteout(path: string): boolean {
  return basename(path).startsWith(whiteoutPrefix);
}

/** Devices cannot be made without privileges, and no image needs more than those every system has. */
function isDevice({ type }: ReadEntry): boolean {
  return type === "CharacterDevice" || type === "BlockDevice" || type === "FIFO";
}

/** Removes what the layers below put there. */
async function applyWhiteout(path: string, root: string): Promise<void> {
  const folder = inside(root, dirname(path));
  const realFolder = await realpath(folder).catch(() => undefined);
  const realRoot = await realpath(root);
  if (realFolder === undefined || relative(realRoot, realFolder).startsWith("..")) return;
  const name = basename(path);
  const hidden = name === opaqueWhiteout ? await readdir(realFolder) : [name.slice(whiteoutPrefix.length)];
  for (const entry of hidden) {
    if (entry === "" || entry === "." || entry === "..") continue;
    await rm(join(realFolder, entry), { recursive: true, force: true });
  }
}

/** Absolute paths and links mean the image's own root, not the machine's. */
function keepInside(entry: ReadEntry): void {
  entry.path = entry.path.replace(/^\/+/, "") || ".";
  if (entry.type !== "SymbolicLink" || !entry.linkpath?.startsWith("/")) return;
  entry.linkpath = posix.relative(posix.join("/", posix.dirname(entry.path)), entry.linkpath) || ".";
}

/** The place of a container's path in the unpacked image; `..` never leads out of it. */
export function inside(root: string, path: string): string {
  return join(root, resolve("/", path));
}
