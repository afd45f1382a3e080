import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { Failure } from "../../../core/failure.ts";
import type { FetchedManifest } from "../../../registry/client.ts";
import {
  type BlobContent,
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  isImage,
  isIndex,
  mediaTypes,
} from "../../../registry/oci.ts";
import { reproducible } from "../oci/layer.ts";
import { archiveFault, readTar } from "./read-tar.ts";

/** An image, or an index and its manifests, with everything that it refers to. */
export type WholeImage = Awaited<ReturnType<typeof readWhole>>;

/** Finds everything that an image, or an index of images, refers to. */
export async function readWhole(
  manifest: FetchedManifest,
  read: (part: Descriptor) => Promise<FetchedManifest>,
) {
  const several = isIndex(manifest.mediaType);
  const listed = several ? unique(parse(manifest, "manifests").manifests) : [];
  const others = await Promise.all(listed.map(read));
  const images = (several ? others : [manifest]).map((image) => parse(image, "layers"));
  const blobs = unique(images.flatMap(({ config, layers }) => [config, ...layers]));
  // A client that pulls the image would connect to it, in the past even with a registry's password (CVE-2020-15157).
  const foreign = [...listed, ...blobs].find(({ urls }) => urls !== undefined);
  if (foreign) throw new Failure(`${manifest.digest} says to fetch ${foreign.digest} from an address`);
  return { manifest, others, blobs };
}

/**
 * A document that is both would be two images (CVE-2021-41190), so it must be what its descriptor says. Programs in Go,
 * such as registries, read names without regard to case.
 */
function parse({ mediaType, digest, body }: FetchedManifest, has: "manifests" | "layers") {
  const content = JSON.parse(body.toString("utf8")) as ImageIndex & ImageManifest;
  const [isType, other] = has === "layers" ? [isImage, "manifests"] : [isIndex, "layers"];
  const isAsSaid = isType(mediaType) && (content.mediaType ?? mediaType) === mediaType;
  const names = Object.keys(content).map((name) => name.toLowerCase());
  const isClear = !names.includes(other) && new Set(names).size === names.length;
  if (isAsSaid && isClear && Array.isArray(content[has])) return content;
  throw new Failure(`${digest} is not a valid image of the type ${mediaType}`);
}

/** Keeps two descriptors of a digest that differ: each of them is checked. */
function unique(parts: readonly Descriptor[]): Descriptor[] {
  const key = ({ digest, size, mediaType, urls }: Descriptor) =>
    JSON.stringify([digest, size, mediaType, urls]);
  return [...new Map(parts.map((part) => [key(part), part])).values()];
}

const blobName = (digest: string) => `blobs/${digest.replace(":", "/")}`;

export interface ArchivedImage extends WholeImage {
  readonly open: (blob: Descriptor) => BlobContent;
}

/**
 * Opens the image with this digest in an OCI archive (image-spec v1.1, image-layout.md, as a tar), which is not
 * unpacked. Throws unless every part exists, with the bytes of its digest.
 */
export async function openArchive(path: string, digest: string): Promise<ArchivedImage> {
  const files = await readFiles(path);
  const open = ({ digest, size }: Pick<Descriptor, "digest" | "size">): BlobContent => {
    const blob = files.get(blobName(digest));
    if (!blob) throw new Error(`the blob ${digest} is missing`);
    if (blob.digest === digest && blob.size === size) return blob;
    throw new Error(`the blob ${digest} of ${size} bytes has ${blob.size} bytes of ${blob.digest}`);
  };
  const read = async ({ digest, mediaType, size }: Descriptor): Promise<FetchedManifest> => ({
    digest,
    mediaType,
    body: await buffer(open({ digest, size }).open()),
  });
  try {
    const index = files.get("index.json");
    if (!index) throw new Error("index.json is missing");
    const { manifests } = JSON.parse((await buffer(index.open())).toString("utf8")) as ImageIndex;
    const found = manifests.find((each) => each.digest === digest);
    if (!found) throw new Error(`index.json lists ${manifests.map((each) => each.digest).join(", ")}`);
    const image = await readWhole(await read(found), read);
    image.blobs.forEach(open);
    return { ...image, open };
  } catch (error) {
    throw archiveFault(path, `does not contain the image ${digest}: ${(error as Error).message}`, error);
  }
}

/** Returns the files of an archive by their names, each with the digest of its bytes. */
async function readFiles(path: string): Promise<ReadonlyMap<string, BlobContent>> {
  const files = new Map<string, BlobContent>();
  await readTar(path, async ({ path: name, type, size, position: start, content }) => {
    if (type === "symlink") throw archiveFault(path, `contains the link ${name}`);
    if (type === "directory") return;
    if (files.has(name)) throw archiveFault(path, `contains ${name} twice`);
    const hash = createHash("sha256");
    for await (const chunk of content) hash.update(chunk);
    const open = async function* () {
      if (size > 0) yield* createReadStream(path, { start, end: start + size - 1 });
    };
    files.set(name, { digest: `sha256:${hash.digest("hex")}`, size, open });
  });
  return files;
}

/** Writes an image as an OCI archive. */
export async function writeArchive(
  path: string,
  { manifest, others, blobs }: WholeImage,
  open: (blob: Descriptor) => AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const archive = pack();
  const add = (name: string, size: number, content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) =>
    pipeline(content, archive.entry({ ...reproducible, name, size, mode: 0o644 }), { signal });
  const addText = (name: string, text: Buffer) => add(name, text.length, [text]);
  const { mediaType, digest, body } = manifest;
  const manifests = [{ mediaType, digest, size: body.length }];
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  const fill = async () => {
    await addText("oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
    await addText("index.json", Buffer.from(JSON.stringify(index)));
    for (const { digest, body } of [...others, manifest]) await addText(blobName(digest), body);
    for (const blob of blobs) await add(blobName(blob.digest), blob.size, open(blob));
    archive.finalize();
  };
  const filled = fill().catch((error) => archive.destroy(error));
  await Promise.all([pipeline(archive, createWriteStream(path), { signal }), filled]);
}
