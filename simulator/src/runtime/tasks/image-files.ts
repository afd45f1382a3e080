import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ImageLayer, PulledImage } from "../registry/registry.ts";
import { unpackLayer } from "./unpack-layer.ts";

/** Maximum bytes: storage of a Fargate task, shared with its image. */
const largestImage = 20 * 1024 ** 3;

/** The files of images on disk: one folder per chain of layers, shared by all tasks of the same image. */
export interface ImageFiles {
  /** The folder used as `/` of the image. */
  unpack(image: PulledImage): Promise<string>;
}

export function createImageFiles(directory: string, largest = largestImage): ImageFiles {
  const unpacked = new Map<string, Promise<string>>();
  return {
    unpack(image) {
      const chain = createHash("sha256");
      for (const layer of image.layers) chain.update(`${layer.digest}\n`);
      const id = chain.digest("hex");
      const root = unpacked.get(id) ?? unpackLayers(image.layers, join(directory, id), largest);
      unpacked.set(id, root);
      root.catch(() => unpacked.delete(id));
      return root;
    },
  };
}

async function unpackLayers(layers: readonly ImageLayer[], root: string, largest: number): Promise<string> {
  if (existsSync(root)) return root;
  // Moved into place once complete, so that a half unpacked folder is never used as an image.
  const unfinished = `${root}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  let room = largest;
  const take = (bytes: number) => {
    room -= bytes;
    if (room < 0)
      throw new Error(`no space left on device: an image may have ${largest} bytes when unpacked`);
  };
  try {
    for (const layer of layers) await unpackLayer(layer, unfinished, take);
    await rename(unfinished, root);
  } catch (error) {
    // The folder of all images is removed later, with the rest of this one; the original error matters.
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
  return root;
}

/** Returns the place of a container's path in the unpacked image; `..` never leads out of it. */
export function inside(root: string, path: string): string {
  return join(root, resolve("/", path));
}
