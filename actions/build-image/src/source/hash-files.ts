import { createHash, hash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import type { SourceFile } from "./list-files.ts";

/** A larger file must not fill the memory, and is long enough that a stream costs little. */
const wholeUpTo = 1_000_000;
/** Yields after this time, so that the login, which is in progress, can continue. */
const turnMs = 10;

/**
 * Returns the digest of the files in their order: path, kind, executability and content of each. Small files are read
 * synchronously: for thousands of them that takes a fifth of the time of promises.
 */
export async function hashFiles(
  context: string,
  files: readonly SourceFile[],
  signal: AbortSignal,
): Promise<string> {
  const whole = createHash("sha256");
  let turnEndsAt = performance.now() + turnMs;
  for (const { path, kind, executable, size, target = "" } of files) {
    const content = kind === "file" ? await contentHash(join(context, path), size, signal) : target;
    whole.update(`${JSON.stringify([path, kind, executable, content])}\n`);
    if (performance.now() < turnEndsAt) continue;
    await setImmediate();
    signal.throwIfAborted();
    turnEndsAt = performance.now() + turnMs;
  }
  return `sha256:${whole.digest("hex")}`;
}

function contentHash(path: string, size: number, signal: AbortSignal): string | Promise<string> {
  return size <= wholeUpTo ? hash("sha256", readFileSync(path)) : streamHash(path, signal);
}

async function streamHash(path: string, signal: AbortSignal): Promise<string> {
  const content = createHash("sha256");
  await pipeline(createReadStream(path), content, { signal });
  return content.digest("hex");
}
