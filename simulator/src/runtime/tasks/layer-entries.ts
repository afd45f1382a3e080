import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable, Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { Header, Pax } from "tar";
import { freeMemory } from "../free-memory.ts";

const blockSize = 512;

export interface LayerEntry {
  /** Path in the archive. */
  readonly path: string;
  /** Type in terms of `tar`: File, Directory, SymbolicLink, Link … */
  readonly type: string;
  /** Target of a link. */
  readonly linkpath: string;
  /** Permissions; undefined where the archive has none. */
  readonly mode: number | undefined;
  readonly size: number;
  /** Reads the content in pieces, each of them valid until the next one is read; call it before the next entry, once. */
  pieces(): AsyncGenerator<Buffer>;
}

/** Bytes of the longest name that is read. */
const largestText = 1024 * 1024;

/**
 * Reads the entries of a layer's file in their order. Only pieces of the archive are in memory, and only content that
 * is read. Rejects when the file is damaged or no archive.
 */
export async function* readLayerEntries(file: string): AsyncGenerator<LayerEntry> {
  const archive = await readLayerArchive(file);
  const bytes = createByteReader(archive[Symbol.asyncIterator]());
  let next: Pax | undefined;
  let all: Pax | undefined;
  try {
    for (let block = await bytes.take(blockSize); block; block = await bytes.take(blockSize)) {
      const header = new Header(block, 0, next, all);
      if (header.nullBlock) continue;
      if (!header.cksumValid) throw new Error(`${file} is not a tar archive, or is damaged`);
      const { type, size = 0, mode } = header;
      // The parser prefers the header's own, which a longer one replaces.
      const path = next?.path ?? header.path ?? "";
      const linkpath = next?.linkpath ?? header.linkpath ?? "";
      let left = Math.ceil(size / blockSize) * blockSize;
      const endsEarly = () => new Error(`${file} ends within ${path}`);
      const text = async () => {
        if (size > largestText) throw new Error(`${path} has ${size} bytes, which is too much for a text`);
        const content = await bytes.take(left);
        left = 0;
        if (!content) throw endsEarly();
        return content.toString("utf8", 0, size);
      };
      const pieces = async function* () {
        for (let wanted = size; wanted > 0; ) {
          const piece = await bytes.next(wanted);
          if (!piece) throw endsEarly();
          wanted -= piece.length;
          left -= piece.length;
          yield piece;
        }
      };
      if (type === "ExtendedHeader" || type === "OldExtendedHeader") next = Pax.parse(await text(), next);
      else if (type === "GlobalExtendedHeader") all = Pax.parse(await text(), all, true);
      else if (type === "NextFileHasLongPath") next = new Pax({ ...next, path: untilZero(await text()) });
      else if (type === "NextFileHasLongLinkpath")
        next = new Pax({ ...next, linkpath: untilZero(await text()) });
      else {
        next = undefined;
        yield { path, type, linkpath, mode, size, pieces };
      }
      if (!(await bytes.skip(left))) throw endsEarly();
    }
  } finally {
    archive.destroy();
  }
}

function untilZero(text: string): string {
  return text.split("\0", 1)[0] ?? "";
}

/** Frees every piece once all of it is read: a piece that ends at the end of its memory is the last one there. */
function createByteReader(pieces: AsyncIterator<Buffer>) {
  let piece: Buffer = Buffer.alloc(0);
  const refill = async (): Promise<boolean> => {
    const { buffer, byteOffset } = piece;
    if (byteOffset > 0 && byteOffset === buffer.byteLength) freeMemory(buffer);
    const { value, done } = await pieces.next();
    if (!done) piece = value;
    return !done;
  };
  return {
    /** Returns undefined when fewer bytes are left. */
    async take(length: number): Promise<Buffer | undefined> {
      const taken = Buffer.alloc(length);
      for (let filled = 0; filled < length; ) {
        if (piece.length === 0 && !(await refill())) return undefined;
        const copied = piece.copy(taken, filled);
        piece = piece.subarray(copied);
        filled += copied;
      }
      return taken;
    },
    /** Returns the next bytes, at least one and at most this many; undefined at the end. */
    async next(most: number): Promise<Buffer | undefined> {
      if (piece.length === 0 && !(await refill())) return undefined;
      const taken = piece.subarray(0, most);
      piece = piece.subarray(taken.length);
      return taken;
    },
    /** Returns false when fewer bytes are left. */
    async skip(length: number): Promise<boolean> {
      for (let left = length; left > 0; ) {
        if (piece.length === 0 && !(await refill())) return false;
        const skipped = Math.min(left, piece.length);
        piece = piece.subarray(skipped);
        left -= skipped;
      }
      return true;
    },
  };
}

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
async function readLayerArchive(path: string): Promise<Readable> {
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
