import { inflateRawSync } from "node:zlib";

export interface ZipEntry {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: Buffer;
  /** Unix permissions; undefined when the archive was made on another system. */
  readonly mode: number | undefined;
}

/** Signatures, flags and methods of PKWARE's APPNOTE 6.3.10, §4.3 and §4.4. */
const endOfDirectory = 0x06054b50;
const directoryHeader = 0x02014b50;
const encrypted = 0x0001;
const stored = 0;
const deflated = 8;
const madeOnUnix = 3;

/** Maximum bytes: Lambda's quota for unpacked code. */
const largestContent = 262_144_000;
const tooLarge = "its files are too large when unpacked";

/** Returns the unpacked files of a zip archive. Throws an error with its problem. */
export function readZip(archive: Buffer, largest = largestContent): ZipEntry[] {
  const end = archive.lastIndexOf(Buffer.from("504b0506", "hex"));
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) throw new Error("it is not a zip archive");
  const entries: ZipEntry[] = [];
  let room = largest;
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== directoryHeader) throw new Error("its directory is damaged");
    const { entry, next } = readEntry(archive, at, room);
    if (entry) entries.push(entry);
    room -= entry?.content.length ?? 0;
    if (room < 0) throw new Error(tooLarge);
    at = next;
  }
  return entries;
}

function readEntry(archive: Buffer, at: number, room: number): { entry: ZipEntry | undefined; next: number } {
  const nameLength = archive.readUInt16LE(at + 28);
  const path = archive.toString("utf8", at + 46, at + 46 + nameLength);
  const next = at + 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  if (path.endsWith("/")) return { entry: undefined, next };
  if (path.startsWith("/") || path.split(/[/\\]/).includes(".."))
    throw new Error(`the path ${path} leads out of it`);
  const system = archive.readUInt8(at + 5);
  const mode = system === madeOnUnix ? (archive.readUInt32LE(at + 38) >>> 16) & 0o777 : undefined;
  return { entry: { path, content: contentOf(archive, at, path, room), mode }, next };
}

function contentOf(archive: Buffer, at: number, path: string, room: number): Buffer {
  if (archive.readUInt16LE(at + 8) & encrypted) throw new Error(`${path} is encrypted`);
  const method = archive.readUInt16LE(at + 10);
  const size = archive.readUInt32LE(at + 20);
  const header = archive.readUInt32LE(at + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const bytes = archive.subarray(start, start + size);
  if (method === stored) return Buffer.from(bytes);
  if (method === deflated) return inflate(bytes, room);
  throw new Error(`${path} is compressed by method ${method}; stored and deflated files can be read`);
}

function inflate(bytes: Buffer, room: number): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: room + 1 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw cause;
    throw new Error(tooLarge, { cause });
  }
}
