import { createHash, randomUUID } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { freeMemory } from "../free-memory.ts";
import { RegistryError } from "./registry.ts";

/** Blobs on disk by digest. A blob appears completely or not at all. */
export interface BlobStore {
  pathOf(digest: string): string;
  read(digest: string): ReadStream;
  /** Removes those blobs that are not `needed` at the time of their removal. */
  remove(digests: Iterable<string>, needed: (digest: string) => boolean): Promise<void>;
  startUpload(repository: string): Promise<Upload>;
  upload(id: string): Upload | undefined;
}

/** Bytes. ECR accepts five times as much, too much for most disks. */
const defaultLargestBlob = 10 * 1024 ** 3;

export function createBlobStore(directory: string, largestBlob = defaultLargestBlob): BlobStore {
  const uploads = new Map<string, Upload>();
  const pathOf = (digest: string) => join(directory, "blobs", ...digest.split(":"));
  const exclusively = createQueue();
  return {
    pathOf,
    read: (digest) => createReadStream(pathOf(digest)),
    remove: (digests, needed) =>
      // Between a blob's arrival on disk and its entry in a repository, it must not be removed as unused.
      exclusively(async () => {
        for (const digest of digests) if (!needed(digest)) await rm(pathOf(digest), { force: true });
      }),
    upload: (id) => uploads.get(id),
    async startUpload(repository) {
      const id = randomUUID();
      await mkdir(join(directory, "uploads"), { recursive: true });
      await mkdir(join(directory, "blobs", "sha256"), { recursive: true });
      const path = join(directory, "uploads", id);
      const upload = createUpload({
        id,
        repository,
        path,
        pathOf,
        exclusively,
        largestBlob,
        end: () => uploads.delete(id),
      });
      uploads.set(id, upload);
      return upload;
    },
  };
}

/** Runs one action at a time, in order of arrival. */
function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const result = last.then(action);
    last = result.catch(() => {});
    return result;
  };
}

export interface Upload {
  readonly id: string;
  readonly repository: string;
  /** Bytes received so far. */
  readonly size: number;
  /**
   * Resolves once no client writes, or after a short time. The last bytes of a cut connection may still arrive, and a
   * client that continues from a size reported before them would be refused.
   */
  settled(): Promise<void>;
  /**
   * Appends, and frees the memory of each piece as soon as it is written: the caller must not use the pieces again. Two
   * writers at once are refused. Bytes received before the client disconnects are kept, so that it can continue from
   * there; if a write to disk fails, the whole upload is dropped.
   */
  append(content: Readable): Promise<void>;
  /** Makes the bytes a blob when their digest is `digest`; throws DIGEST_INVALID and drops them otherwise. */
  commit(digest: string, destination: Destination): Promise<void>;
  cancel(): Promise<void>;
}

/** The repository that a blob is for. */
interface Destination {
  /** Throws when the blob is no longer needed. */
  assertThere(): void;
  add(digest: string, size: number): void;
}

type Queue = <Result>(action: () => Promise<Result>) => Promise<Result>;

interface UploadOptions {
  readonly id: string;
  readonly repository: string;
  /** File of the bytes until they are a blob. */
  readonly path: string;
  readonly pathOf: (digest: string) => string;
  readonly exclusively: Queue;
  /** Bytes. */
  readonly largestBlob: number;
  readonly end: () => void;
}

/** Far longer than the end of a cut connection takes on one machine; a running writer delays a response no longer. */
const settlingMs = 200;

function createUpload(options: UploadOptions): Upload {
  const { id, repository, path, pathOf, exclusively, end } = options;
  let writing = false;
  let written = Promise.resolve();
  let over = false;

  const leave = () => {
    over = true;
    end();
  };
  const discard = async () => {
    leave();
    await rm(path, { force: true });
  };
  const assertMine = () => {
    if (over) throw new RegistryError("BLOB_UPLOAD_UNKNOWN", `the upload ${id} has ended`);
    if (writing) throw new RegistryError("BLOB_UPLOAD_INVALID", `the upload ${id} is being written already`);
  };
  const content = createContent(options, discard);
  return {
    id,
    repository,
    get size() {
      return content.size;
    },
    settled: () => Promise.race([written, sleep(settlingMs, undefined, { ref: false })]),
    async append(pieces) {
      assertMine();
      writing = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      written = promise;
      try {
        await content.append(pieces);
      } finally {
        writing = false;
        resolve();
      }
    },
    async commit(digest, destination) {
      assertMine();
      leave();
      try {
        const actual = content.digest();
        if (actual !== digest)
          throw new RegistryError("DIGEST_INVALID", `the content has the digest ${actual}, not ${digest}`);
        await exclusively(async () => {
          destination.assertThere();
          await rename(path, pathOf(digest));
          destination.add(digest, content.size);
        });
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },
    cancel: discard,
  };
}

/** The bytes that an upload has received, in its file. */
function createContent({ path, largestBlob }: UploadOptions, discard: () => Promise<void>) {
  const hash = createHash("sha256");
  let size = 0;
  const write = async (file: FileHandle, chunk: Buffer) => {
    if (size + chunk.length > largestBlob) {
      await discard();
      throw new RegistryError("SIZE_INVALID", `a blob has at most ${largestBlob} bytes`, 413);
    }
    try {
      await file.appendFile(chunk);
    } catch (error) {
      // A half-written chunk would make file and hash differ, and a full disk needs the space.
      await discard();
      throw error;
    }
    hash.update(chunk);
    size += chunk.length;
    // Small pieces may share their memory with others.
    if (chunk.length === chunk.buffer.byteLength) freeMemory(chunk.buffer);
  };
  return {
    get size() {
      return size;
    },
    digest: () => `sha256:${hash.digest("hex")}`,
    async append(pieces: Readable) {
      const file = await open(path, "a");
      try {
        // The connection stays open after a failure, to report it to the client.
        for await (const chunk of pieces.iterator({ destroyOnReturn: false })) await write(file, chunk);
      } finally {
        await file.close();
      }
    },
  };
}
