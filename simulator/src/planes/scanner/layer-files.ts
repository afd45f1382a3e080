import { type LayerEntry, readLayerEntries } from "../layer-entries.ts";
import type { ImageLayer } from "../registry.ts";

/**
 * Files that a scan reads from an image: the name of the system, and the lists of installed packages of apk and dpkg.
 */
const wanted = [
  "etc/os-release",
  "usr/lib/os-release",
  "lib/apk/db/installed",
  "usr/lib/apk/db/installed",
  "var/lib/dpkg/status",
  // Images without dpkg itself, such as the "distroless" ones, have a file for each package.
  "var/lib/dpkg/status.d",
];
const whiteoutPrefix = ".wh.";
const opaqueWhiteout = ".wh..wh..opq";

/** Content of the wanted files in one layer. */
interface LayerFiles {
  readonly files: ReadonlyMap<string, string>;
  /** Paths whose content in the layers below is gone, they and all under them. */
  readonly hidden: readonly string[];
}

/** Text of the wanted files by their path in the image, without a slash at the beginning. */
export type SystemFiles = ReadonlyMap<string, string>;

/** Reads images layer by layer; what a layer says is read once, as the same base lies under many images. */
export function createLayerReader() {
  const known = new Map<string, Promise<LayerFiles>>();
  const read = (layer: ImageLayer): Promise<LayerFiles> => {
    const reading = known.get(layer.digest) ?? readLayer(layer);
    known.set(layer.digest, reading);
    reading.catch(() => known.delete(layer.digest));
    return reading;
  };

  return async (layers: readonly ImageLayer[]): Promise<SystemFiles> => {
    const result = new Map<string, string>();
    for (const layer of layers) {
      const { files, hidden } = await read(layer);
      for (const path of result.keys()) if (hidden.some((gone) => isIn(path, gone))) result.delete(path);
      for (const [path, text] of files) result.set(path, text);
    }
    return result;
  };
}

async function readLayer({ path: file, mediaType }: ImageLayer): Promise<LayerFiles> {
  const files = new Map<string, string>();
  const hidden: string[] = [];
  // An attestation's "layers" are JSON documents.
  if (!mediaType.includes("tar")) return { files, hidden };
  for await (const entry of readLayerEntries(file)) {
    const path = pathOf(entry);
    const gone = hiddenBy(path, entry);
    if (gone !== undefined && wanted.some((each) => isIn(each, gone) || isIn(gone, each))) hidden.push(gone);
    if (entry.type === "File" && gone === undefined && wanted.some((each) => isIn(path, each)))
      files.set(path, await entry.text());
  }
  return { files, hidden };
}

function pathOf({ path }: LayerEntry): string {
  return path.replace(/^(?:\.?\/)+/, "").replace(/\/$/, "");
}

/** OCI image-spec v1.1, layer.md, "Whiteouts"; a link also takes the place of what was there. */
function hiddenBy(path: string, { type }: LayerEntry): string | undefined {
  if (type === "SymbolicLink" || type === "Link") return path;
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  if (name === opaqueWhiteout) return path.slice(0, Math.max(0, slash - 1));
  return name.startsWith(whiteoutPrefix)
    ? path.slice(0, slash) + name.slice(whiteoutPrefix.length)
    : undefined;
}

/** Whether the path is the folder or lies in it; "" is the root. */
function isIn(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
