import { unzipSync } from "fflate";

export interface ZipEntry {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly content: Buffer;
}

/** Maximum bytes: Lambda's quota for unpacked code. */
const largestContent = 262_144_000;

/** Returns the unpacked files of a zip archive. Throws an error with its problem. */
export function readZip(archive: Buffer, largest = largestContent): ZipEntry[] {
  if (!archive.includes(Buffer.from("504b0506", "hex"))) throw new Error("it is not a zip archive");
  let room = largest;
  // No more than the stated size is unpacked of each file.
  const files = unzipSync(archive, {
    filter({ name, originalSize }) {
      if (name.startsWith("/") || name.split(/[/\\]/).includes(".."))
        throw new Error(`the path ${name} leads out of it`);
      room -= originalSize;
      if (room < 0) throw new Error("its files are too large when unpacked");
      return !name.endsWith("/");
    },
  });
  return Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
}
