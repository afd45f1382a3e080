import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { concurrently } from "../../../shared/concurrently.ts";
import { digestOf } from "../../../shared/registry/digest.ts";
import type { SourceFile } from "./list-files.ts";

/** Node reads files on four threads; a few more keep them busy. */
const filesAtOnce = 8;
/** A stream costs more than reading a small file whole; a large one must not fill the memory. */
const wholeUpTo = 1_000_000;

/** Digest of the files in their order: path, kind, executability and content of each. */
export async function hashFiles(
  context: string,
  files: readonly SourceFile[],
  signal: AbortSignal,
): Promise<string> {
  const lines = await concurrently(files, filesAtOnce, async (file) => {
    const { path, kind, executable, target } = file;
    const content = kind === "file" ? await contentDigest(join(context, path), file.size, signal) : target;
    return JSON.stringify([path, kind, executable, content ?? ""]);
  });
  return digestOf(lines.join("\n"));
}

async function contentDigest(path: string, size: number, signal: AbortSignal): Promise<string> {
  if (size <= wholeUpTo) return digestOf(await readFile(path, { signal }));
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, { signal });
  return `sha256:${hash.digest("hex")}`;
}
