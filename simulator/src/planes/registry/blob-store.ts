import { createHash, randomUUID } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { RegistryError } from "./registry-error.ts";

export interface Upload {
  readonly id: string;
  readonly repository: string;
  /** Bytes received so far. */
  readonly size: number;
  /** Appends; two writers at once are refused. */
  append(content: AsyncIterable<Buffer>): Promise<void>;
  /** Makes the bytes a blob when their digest is `digest`; throws DIGEST_INVALID and drops them otherwise. */
  commit(digest: string): Promise<void>;
  cancel(): Promise<void>;
}

/** Blobs on disk by digest. A blob appears whole or not at all. */
export interface BlobStore {
  pathOf(digest: string): string;
  read(digest: string, range?: { start: number; end: number }): ReadStream;
  remove(digest: string): Promise<void>;
  startUpload(repository: string): Promise<Upload>;
  upload(id: string): Upload | undefined;
}

export function createBlobStore(directory: string): BlobStore {
  const uploads = new Map<string, Upload>();
  const pathOf = (digest: string) => join(directory, "blobs", ...digest.split(":"));
  return {
    pathOf,
    read: (digest, range) => createReadStream(pathOf(digest), range),
    remove: (digest) => rm(pathOf(digest), { force: true }),
    upload: (id) => uploads.get(id),
    async startUpload(repository) {
      const id = randomUUID();
      await mkdir(join(directory, "uploads"), { recursive: true });
      await mkdir(join(directory, "blobs", "sha256"), { recursive: true });
      const path = join(directory, "uploads", id);
      const upload = createUpload({ id, repository, path, pathOf, end: () => uploads.delete(id) });
      uploads.set(id, upload);
      return upload;
    },
  };
}

interface UploadOptions {
  id: string;
  repository: string;
  path: string;
  pathOf: (digest: string) => string;
  end: () => void;
}

function createUpload({ id, repository, path, pathOf, end }: UploadOptions): Upload {
  const hash = createHash("sha256");
  let size = 0;
  let writing = false;

  const discard = async () => {
    end();
    await rm(path, { force: true });
  };
  return {
    id,
    repository,
    get size() {
      return size;
    },
    async append(content) {
      if (writing)
        throw new RegistryError("BLOB_UPLOAD_INVALID", `the upload ${id} is being written already`);
      writing = true;
      const file = await open(path, "a");
      try {
        for await (const chunk of content) {
          // A half-written chunk would make file and hash disagree: the upload is lost, not resumable.
          await file.appendFile(chunk).catch((error) => discard().then(() => Promise.reject(error)));
          hash.update(chunk);
          size += chunk.length;
        }
      } finally {
        writing = false;
        await file.close();
      }
    },
    async commit(digest) {
      const actual = `sha256:${hash.digest("hex")}`;
      if (actual !== digest) {
        await discard();
        throw new RegistryError("DIGEST_INVALID", `the content has the digest ${actual}, not ${digest}`);
      }
      end();
      await rename(path, pathOf(digest));
    },
    cancel: discard,
  };
}
