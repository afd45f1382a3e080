import { createReadStream } from "node:fs";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import { Failure } from "../../../core/failure.ts";
import { formatBytes } from "../builder.ts";

/** More than an image that starts in time has, and less than the disk and the memory of a runner. */
const limits = { bytes: 10_000_000_000, entries: 1_000_000 };
const longestFault = 1000;
const headerBytes = 512;

interface TarEntry extends Header {
  /** The name as a relative path, without `.` and `..`. */
  readonly path: string;
  /** Position of the content in the archive. */
  readonly position: number;
  /** Readable once, during the visit. */
  readonly content: AsyncIterable<Uint8Array>;
}

type Visit = (entry: TarEntry) => Promise<void>;

/** Explains a fault of an archive, which another job may have written on purpose. */
export function archiveFault(archive: string, fault: string, cause?: unknown): Failure {
  return new Failure(`The archive ${archive} ${fault.slice(0, longestFault)}`, {
    nextStep: "write the archive again, and find out which step damaged it; nothing was pushed.",
    cause,
  });
}

/** Visits the entries of a tar archive. Throws for one that could reach anything outside of the archive's folder. */
export async function readTar(
  archive: string,
  visit: Visit,
  { bytes: most, entries: mostEntries } = limits,
): Promise<void> {
  const { size } = await stat(archive);
  if (size > most) throw archiveFault(archive, `has ${formatBytes(size)}; the limit is ${formatBytes(most)}`);
  const tar = extract();
  // The loop throws its errors.
  pipeline(createReadStream(archive), tar).catch(() => {});
  let entries = 0;
  try {
    for await (const content of tar) {
      if (++entries > mostEntries) throw archiveFault(archive, `contains more than ${mostEntries} entries`);
      const { header, offset } = content;
      const fault = faultOf(header);
      if (fault) throw archiveFault(archive, `contains ${fault}`);
      const path = partsOf(header.name).join("/");
      await visit({
        ...header,
        path,
        position: offset + headerBytes,
        content: content as AsyncIterable<Uint8Array>,
      });
      content.resume();
    }
  } catch (error) {
    // Those of a damaged archive are not the system's.
    if (error instanceof Failure || "syscall" in (error as Error)) throw error;
    throw archiveFault(archive, `is not a valid tar archive: ${(error as Error).message}`, error);
  }
}

const partsOf = (path: string) => path.split("/").filter((part) => part !== "" && part !== ".");

function faultOf({ name, type, linkname, pax }: Header): string | undefined {
  const shown = JSON.stringify(name);
  const target = linkname ?? "";
  if (type === "link") return `the hard link ${shown}`;
  if (!["file", "contiguous-file", "directory", "symlink"].includes(type)) return `the special file ${shown}`;
  // Its name and its content are others.
  if (Object.keys(pax ?? {}).some((key) => key.startsWith("GNU.sparse."))) return `the sparse file ${shown}`;
  // The last one replaces what is not UTF-8.
  if (/[\\\0\ufffd]/.test(name + target)) return `the path ${shown}, which is not valid on every system`;
  if (/^\/|(?:^|\/)\.\.(?:\/|$)/.test(name)) return `the path ${shown}, which leaves its folder`;
  return type === "symlink" && leaves(target, partsOf(name).length - 1)
    ? `the link ${shown} to ${JSON.stringify(target)}, which may leave its folder`
    : undefined;
}

/** Behind the name of another link, `..` may be anywhere, so it is allowed only at the beginning. */
function leaves(target: string, depth: number): boolean {
  const rest = partsOf(target);
  const named = rest.findIndex((part) => part !== "..");
  const ups = named < 0 ? rest.length : named;
  return /^(?:$|\/)/.test(target) || ups > depth || rest.includes("..", ups);
}

/** Unpacks an archive of a folder. Links are made last, so that nothing is written through one. */
export async function unpackTar(archive: string, folder: string): Promise<void> {
  const links: [target: string, place: string][] = [];
  try {
    await readTar(archive, async ({ path, type, mode, linkname, content }) => {
      const place = join(folder, path);
      await mkdir(type === "directory" ? place : dirname(place), { recursive: true });
      if (type === "symlink") links.push([linkname, place]);
      if (type === "symlink" || type === "directory") return;
      await writeFile(place, content, { flag: "wx" });
      await chmod(place, mode & 0o777);
    });
    for (const link of links) await symlink(...link);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    // A name occurs twice, lies inside of a file, or is too long.
    if (!["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG"].includes(code)) throw error;
    throw archiveFault(archive, `cannot be unpacked: ${message}`, error);
  }
}
