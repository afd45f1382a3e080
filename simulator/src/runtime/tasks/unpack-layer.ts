import { link, lstat, mkdir, open, readdir, readlink, rm, symlink } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import type { ImageLayer } from "../registry/registry.ts";
import { type LayerEntry, readLayerEntries } from "./layer-entries.ts";

/** Whiteouts as the OCI image-spec v1.1 defines them (layer.md, "Whiteouts"). */
const whiteoutPrefix = ".wh.";
const opaqueWhiteout = ".wh..wh..opq";

const knownMediaTypes =
  /^application\/vnd\.(oci\.image\.layer\.v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs\.diff\.tar(\.gzip)?)$/;

/** Linux's limit. */
const mostLinks = 40;

/**
 * Writes a layer over the layers below it, one entry after the other: after an error, no write is in progress any more.
 * @param take is called with the bytes of each entry before they are written
 */
export async function unpackLayer(
  layer: ImageLayer,
  root: string,
  take: (bytes: number) => void,
): Promise<void> {
  if (!knownMediaTypes.test(layer.mediaType))
    throw new Error(`layer ${layer.digest} has media type ${layer.mediaType}, which cannot be unpacked`);
  try {
    for await (const { path } of readLayerEntries(layer.path))
      if (isWhiteout(path)) await applyWhiteout(path, root);
    const folders: Folders = new Map();
    for await (const entry of readLayerEntries(layer.path)) {
      if (isWhiteout(entry.path)) continue;
      take(entry.size);
      await writeEntry(entry, root, folders);
    }
  } catch (cause) {
    throw new Error(`layer ${layer.digest}: ${(cause as Error).message}`, { cause });
  }
}

function isWhiteout(path: string): boolean {
  return basename(path).startsWith(whiteoutPrefix);
}

/** Removes files of the layers below. */
async function applyWhiteout(path: string, root: string): Promise<void> {
  const folder = await placeInImage(root, dirname(path));
  const name = basename(path);
  const hidden =
    name === opaqueWhiteout ? await readdir(folder).catch(() => []) : [name.slice(whiteoutPrefix.length)];
  for (const entry of hidden) {
    if (entry === "" || entry === "." || entry === "..") continue;
    await rm(join(folder, entry), { recursive: true, force: true });
  }
}

/** Existing folders by their path in the image, until a link changes the targets of paths. */
type Folders = Map<string, string>;

async function writeEntry(entry: LayerEntry, root: string, folders: Folders): Promise<void> {
  const { path, type, linkpath } = entry;
  const { folder, name } = splitPath(path);
  // Devices require privileges, and no image needs more than those of every system.
  if (name === "" || ["CharacterDevice", "BlockDevice", "FIFO"].includes(type)) return;
  const place = join(folders.get(folder) ?? (await makeFolder(root, folder, folders)), name);
  const found = await lstat(place).catch(() => undefined);
  if (found && !(found.isDirectory() && type === "Directory")) {
    await rm(place, { recursive: true });
    folders.clear();
  }
  // Folders must be writable for the layers above, and for clean-up by the simulator.
  if (type === "Directory") await mkdir(place, { recursive: true, mode: modeOf(entry) | 0o700 });
  else if (type === "SymbolicLink") await symlink(targetInImage(root, place, linkpath), place);
  else if (type === "Link") await link(await placeOfLinked(root, linkpath), place);
  else if (["File", "OldFile", "ContiguousFile"].includes(type)) await writeContent(entry, place);
  else throw new Error(`${path} is of the type ${type}, which cannot be unpacked`);
}

async function makeFolder(root: string, path: string, folders: Folders): Promise<string> {
  const folder = await placeInImage(root, path);
  await mkdir(folder, { recursive: true });
  folders.set(path, folder);
  return folder;
}

/** Removes the set-user-id, set-group-id and sticky bits. */
const modeOf = ({ mode = 0o644 }: LayerEntry) => mode & 0o777;

async function writeContent(entry: LayerEntry, place: string): Promise<void> {
  const file = await open(place, "wx", modeOf(entry) | 0o600);
  try {
    for await (const piece of entry.pieces()) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

/** The name is empty for the root. */
function splitPath(path: string): { folder: string; name: string } {
  if (path.split("/").includes("..")) throw new Error(`the path ${path} holds ..`);
  const normal = posix.resolve("/", path);
  return { folder: dirname(normal), name: basename(normal) };
}

/** A link to a symbolic link refers to that, not to its target. */
async function placeOfLinked(root: string, path: string): Promise<string> {
  const { folder, name } = splitPath(path);
  return join(await placeInImage(root, folder), name);
}

/** Absolute links, and those that lead out by too many steps up, refer to the image's own root. */
function targetInImage(root: string, place: string, target: string): string {
  const folder = join("/", place.slice(root.length), "..");
  const isInside = !target.startsWith("/") && !posix.join(folder.slice(1), target).startsWith("..");
  return isInside ? target : posix.relative(folder, posix.resolve(folder, target)) || ".";
}

/** Returns the place of an image's path on disk, as if the image's folder were the root. It need not exist. */
export async function placeInImage(root: string, path: string): Promise<string> {
  const steps = path.split("/");
  let place = "/";
  for (let links = 0; steps.length > 0; ) {
    const step = steps.shift() as string;
    const next = posix.join(place, step);
    const target = await readlink(join(root, next)).catch(() => undefined);
    if (target === undefined || next === "/") place = next;
    else if (++links > mostLinks) throw new Error(`${path} leads through too many symbolic links`);
    else {
      steps.unshift(...target.split("/"));
      if (target.startsWith("/")) place = "/";
    }
  }
  return join(root, place);
}
