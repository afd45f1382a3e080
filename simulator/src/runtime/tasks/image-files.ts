import { createHash, randomUUID } from "node:crypto";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ImageLayer, PulledImage } from "../registry/registry.ts";
import { unpackLayer } from "./unpack-layer.ts";

/** Maximum bytes: storage of a Fargate task, shared with its image. */
const largestImage = 20 * 1024 ** 3;

/** The files of images on disk: one folder per chain of layers, shared by all tasks of the same image. */
interface ImageFiles {
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
function inside(root: string, path: string): string {
  return join(root, resolve("/", path));
}

/** Paths that container runtimes search when the image sets no PATH (runc and Docker agree on it). */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

interface CommandOptions {
  /** The folder used as `/`. */
  readonly root: string;
  /** Entrypoint and command together. */
  readonly argv: readonly string[];
  /** The container's PATH. */
  readonly path: string;
  /** The container's working directory, as the container sees it. */
  readonly workingDirectory: string;
  /** Provided for images whose layers have no `node`. */
  readonly node: string;
}

/**
 * Finds a container's command. Without a chroot, absolute paths that exist in the image are mapped to their place on
 * disk, others are passed on unchanged. Throws with the container runtime's message when the image has no such
 * executable.
 */
export function findCommand(options: CommandOptions): Command {
  const [name, ...rest] = options.argv;
  if (!name) throw new Error("no command specified: the image has neither entrypoint nor command");
  const args = rest.map((argument) => placeInImage(options.root, argument));
  return { file: findExecutable(name, options), args };
}

/** Returns PATH of the process: the image's own folders, then the one with the provided node. */
export function pathOnDisk(root: string, path: string, lentFolder: string): string {
  return [...path.split(":").map((folder) => inside(root, folder)), lentFolder].join(":");
}

function placeInImage(root: string, argument: string): string {
  if (!argument.startsWith("/") || argument === "/") return argument;
  const place = inside(root, argument);
  return existsSync(place) ? place : argument;
}

function findExecutable(name: string, { root, path, workingDirectory, node }: CommandOptions): string {
  if (name.includes("/")) {
    const place = name.startsWith("/") ? inside(root, name) : inside(root, join(workingDirectory, name));
    if (!existsSync(place)) throw new Error(`exec: "${name}": stat ${name}: no such file or directory`);
    if (!isExecutable(place)) throw new Error(`exec: "${name}": permission denied`);
    return place;
  }
  for (const folder of path.split(":")) {
    const place = join(inside(root, folder), name);
    if (isExecutable(place)) return place;
  }
  if (name === "node") return node;
  throw new Error(`exec: "${name}": executable file not found in $PATH`);
}

function isExecutable(place: string): boolean {
  try {
    accessSync(place, constants.X_OK);
    return statSync(place).isFile();
  } catch {
    return false;
  }
}
