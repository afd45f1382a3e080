import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

/**
 * Bytes unpacked at a time: above half of Node's pool for small buffers, so that each piece has memory of its own, which
 * can be freed by itself.
 */
const chunkSize = 64 * 1024;

/** What begins a compressed file. Sources: RFC 1952, 2.3.1; RFC 8878, 3.1.1. */
const formats = [
  { magic: Buffer.from("1f8b", "hex"), decompress: () => createGunzip({ chunkSize }) },
  { magic: Buffer.from("28b52ffd", "hex"), decompress: () => createZstdDecompress({ chunkSize }) },
];
const longestMagic = 4;

/**
 * The tar archive that a layer's file is, or holds compressed. It is unpacked beside the main thread: `tar` by
 * itself does it on that thread, and all that a piece of the file holds at once.
 */
export async function readLayerArchive(path: string): Promise<Readable> {
  const beginning = await readBeginning(path);
  const format = formats.find(({ magic }) => beginning.subarray(0, magic.length).equals(magic));
  const file = createReadStream(path, { highWaterMark: chunkSize });
  // Whoever reads the archive meets the error of its file.
  return format ? pipeline(file, format.decompress(), () => {}) : file;
}

async function readBeginning(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestMagic), 0, longestMagic, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
