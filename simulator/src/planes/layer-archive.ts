import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable, Transform } from "node:stream";
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

/** Bytes that every layer may have when unpacked, and how many of each of its own a larger one may have. */
const alwaysAllowed = 64 * 1024 * 1024;
const highestRatio = 200;

/**
 * The tar archive that a layer's file is, or holds compressed. It is unpacked beside the main thread: `tar` by
 * itself does it on that thread, and all that a piece of the file holds at once.
 */
export async function readLayerArchive(path: string): Promise<Readable> {
  const { beginning, size } = await readBeginning(path);
  const format = formats.find(({ magic }) => beginning.subarray(0, magic.length).equals(magic));
  const file = createReadStream(path, { highWaterMark: chunkSize });
  // Whoever reads the archive meets the error of its file.
  return format ? pipeline(file, format.decompress(), limitRatio(size), () => {}) : file;
}

/** Ends a few kilobytes that would fill the disk. */
function limitRatio(compressed: number): Transform {
  const most = Math.max(alwaysAllowed, compressed * highestRatio);
  let unpacked = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      unpacked += chunk.length;
      if (unpacked <= most) return done(null, chunk);
      done(new Error(`its ${compressed} bytes are more than ${highestRatio} times as many when unpacked`));
    },
  });
}

async function readBeginning(path: string): Promise<{ beginning: Buffer; size: number }> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(longestMagic), 0, longestMagic, 0);
    return { beginning: buffer.subarray(0, bytesRead), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}
