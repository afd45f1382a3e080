import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable, Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

/**
 * Bytes unpacked at a time: above half of Node's pool for small buffers, so that each piece has separate memory, which
 * can be freed individually.
 */
const chunkSize = 64 * 1024;

/** First bytes of compressed files. Sources: RFC 1952, 2.3.1; RFC 8878, 3.1.1. */
const formats = [
  { magic: Buffer.from("1f8b", "hex"), decompress: () => createGunzip({ chunkSize }) },
  { magic: Buffer.from("28b52ffd", "hex"), decompress: () => createZstdDecompress({ chunkSize }) },
];
const longestMagic = 4;

/** Limits of the unpacked size: bytes that every layer may have, and a ratio to its own size for larger ones. */
const alwaysAllowed = 64 * 1024 * 1024;
const highestRatio = 200;

/**
 * Returns the tar archive in a layer's file, compressed or not. It is unpacked outside the main thread: `tar` itself
 * uses that thread, and keeps the whole content of a piece of the file in memory.
 */
export async function readLayerArchive(path: string): Promise<Readable> {
  const { beginning, size } = await readBeginning(path);
  const format = formats.find(({ magic }) => beginning.subarray(0, magic.length).equals(magic));
  const file = createReadStream(path, { highWaterMark: chunkSize });
  // The reader of the archive gets the error of its file.
  return format ? pipeline(file, format.decompress(), limitRatio(size), () => {}) : file;
}

/** Stops a few kilobytes from filling the disk. */
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
