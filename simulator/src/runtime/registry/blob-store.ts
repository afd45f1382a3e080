import { randomUUID } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createUpload, type Queue, type Upload } from "./upload.ts";

/** Blobs on disk by digest. A blob appears completely or not at all. */
export interface BlobStore {
  pathOf(digest: string): string;
  read(digest: string, range?: { start: number; end: number }): ReadStream;
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
    read: (digest, range) => createReadStream(pathOf(digest), range),
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
