import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { sdkStreamMixin } from "@smithy/core/serde";

/** Stores the bytes of objects and of parts, each in a separate file, so that no write affects another's. */
export interface ObjectStore {
  write(bytes: Uint8Array): Promise<string>;
  read(path: string): Promise<Buffer>;
  /** Returns a stream for clients of the SDK, from `start` to `end` inclusive. */
  stream(path: string, start: number, end: number): ReturnType<typeof sdkStreamMixin>;
  remove(paths: readonly string[]): Promise<void>;
}

export function createObjectStore(dataDirectory: string): ObjectStore {
  const folder = join(dataDirectory, "s3");
  return {
    async write(bytes) {
      await mkdir(folder, { recursive: true });
      const path = join(folder, randomUUID());
      await writeFile(path, bytes);
      return path;
    },
    read: (path) => readFile(path),
    stream: (path, start, end) =>
      sdkStreamMixin(end < start ? Readable.from([]) : createReadStream(path, { start, end })),
    remove: async (paths) => {
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    },
  };
}
