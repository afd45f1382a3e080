import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Header, type Pack, pack } from "tar-stream";
import { Failure } from "../../../core/failure.ts";
import type { SourceFile } from "../source/list-files.ts";

export type Layer = Awaited<ReturnType<typeof packLayer>>;

export interface PackOptions {
  readonly context: string;
  /** Files of the context to pack, in this order. */
  readonly files: readonly SourceFile[];
  /** Absolute path in the image. */
  readonly workingDirectory: string;
  /** File to write. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * zlib's default, set explicitly so that it stays: 9 takes twice the time for 0.3 % of a bundle. The bytes may still
 * differ between releases of zlib and kinds of processors, and with them the digests of layer and manifest; those of
 * the archive inside and of the configuration do not.
 */
const level = 6;

/**
 * Packs files so that the same content gives the same bytes on every machine: owned by root, without times, and with
 * only the executable bit of the modes.
 */
export async function packLayer(options: PackOptions) {
  const { path, signal } = options;
  const archive = pack();
  const [diff, compressed] = [measure(), measure()];
  const written = pipeline(
    archive,
    diff.stream,
    createGzip({ level }),
    nameNoSystem(),
    compressed.stream,
    createWriteStream(path),
    { signal },
  );
  const added = addFiles(archive, options);
  added.then(
    () => archive.finalize(),
    (error) => archive.destroy(error),
  );
  const [files] = await Promise.all([added, written]).catch(async (error) => {
    archive.destroy();
    await written.catch(() => {});
    throw explain(error, path);
  });
  return {
    /** Digest and size of the compressed bytes, which are in the file `path`. */
    digest: compressed.digest(),
    size: compressed.size(),
    path,
    /** Digest of the archive inside, which is in the image's configuration. */
    diffId: diff.digest(),
    files,
  };
}

function explain(error: NodeJS.ErrnoException, path: string): Error {
  if (error.code !== "ENOSPC") return error;
  return new Failure(`The disk is full: no space for the image layer (${path})`, {
    nextStep: "free disk space, or exclude files that the image does not need with a .dockerignore.",
    cause: error,
  });
}

/** Bytes 4 to 9 of a gzip member contain a time and the system that wrote it (RFC 1952 §2.3.1); 255 means unknown. */
function nameNoSystem(): Transform {
  let first = true;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (!first) return done(null, chunk);
      first = false;
      const header = Buffer.from(chunk);
      header.fill(0, 4, 8);
      header[9] = 255;
      done(null, header);
    },
  });
}

function measure() {
  const hash = createHash("sha256");
  let size = 0;
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => {
    hash.update(chunk);
    size += chunk.length;
  });
  return { stream, size: () => size, digest: () => `sha256:${hash.digest("hex")}` };
}

/** Adds files and links; returns how many. */
async function addFiles(archive: Pack, options: PackOptions): Promise<number> {
  const { context, files, workingDirectory, signal } = options;
  const root = resolve(context);
  const contents = files.filter(({ kind }) => kind !== "folder").length;
  if (contents === 0)
    throw new Failure(`The context ${root} contains no files`, {
      nextStep: "build the service before this step.",
    });
  signal.throwIfAborted();
  const target = workingDirectory.slice(1);
  const prefix = target === "" ? "" : `${target}/`;
  if (target !== "") await addEntry(archive, { name: prefix, type: "directory", mode: 0o755 });
  for (const file of files) {
    // An ended archive accepts entries silently, and nothing would handle their errors.
    signal.throwIfAborted();
    const name = prefix + file.path;
    if (file.kind === "folder") await addEntry(archive, { name: `${name}/`, type: "directory", mode: 0o755 });
    else if (file.kind === "file") await addFile(archive, join(root, file.path), name, file);
    else await addLink(archive, file, name, root);
  }
  return contents;
}

async function addFile(
  archive: Pack,
  path: string,
  name: string,
  { size, executable }: SourceFile,
): Promise<void> {
  const entry = archive.entry({
    ...reproducible,
    name,
    size,
    type: "file",
    mode: executable ? 0o755 : 0o644,
  });
  await pipeline(createReadStream(path), entry).catch((error: Error) => {
    if (error.message !== "Size mismatch") throw error;
    throw new Failure(`${path} changed while it was packed`, {
      nextStep: "wait for the program that writes it to end before this step.",
      cause: error,
    });
  });
}

async function addLink(archive: Pack, file: SourceFile, name: string, root: string): Promise<void> {
  const path = join(root, file.path);
  const linkname = file.target ?? "";
  const pointsTo = resolve(dirname(path), linkname);
  if (pointsTo !== root && !pointsTo.startsWith(`${root}${sep}`))
    throw new Failure(
      `The link ${path} points to ${linkname}, which is outside the context and not in the image`,
      { nextStep: "copy its target into the context." },
    );
  await addEntry(archive, { name, type: "symlink", linkname: linkname.split(sep).join("/"), mode: 0o777 });
}

/** Owned by root, without a time. */
export const reproducible = { uid: 0, gid: 0, uname: "", gname: "", mtime: new Date(0) };

function addEntry(archive: Pack, header: Partial<Header> & Pick<Header, "name">): Promise<void> {
  return new Promise((done, fail) => {
    archive.entry({ ...reproducible, ...header }, (error) => (error ? fail(error) : done()));
  });
}
