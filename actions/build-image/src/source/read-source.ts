import { createHash, hash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { digestOf } from "../../../registry/oci.ts";
import type { Builder } from "../builder.ts";
import { listFiles, readIgnore, type SourceFile } from "./list-files.ts";

/** The source of an image. */
export interface Source {
  /** `sha256:…`; two sources of the same digest make the same image. */
  readonly digest: string;
  /** Tag of the image built from it. */
  readonly tag: string;
  readonly files: readonly SourceFile[];
}

/** Label with the source's digest. */
export const sourceLabel = "ecs-delivery.source";

/**
 * Must be raised when the hashed data changes, or the result of a builder: images built before are then not reused for
 * this source.
 */
const formatVersion = 1;

export async function readSource(
  { context, labels }: { readonly context: string; readonly labels: ReadonlyMap<string, string> },
  builder: Builder,
  signal: AbortSignal,
): Promise<Source> {
  const [ingredients, files] = await Promise.all([
    builder.readIngredients(),
    readIgnore(context, builder.ignoreFile).then((ignore) => listFiles(context, ignore)),
  ]);
  const whole = canonicalJson({
    version: formatVersion,
    files: await hashFiles(context, files, signal),
    labels: Object.fromEntries(labels),
    builder: ingredients,
  });
  const digest = digestOf(whole);
  return { digest, tag: sourceTag(digest), files };
}

/** 160 bits distinguish sources as well as Git distinguishes commits. */
export function sourceTag(digest: string): string {
  return `source-${digest.slice("sha256:".length, "sha256:".length + 40)}`;
}

/** Returns JSON with the keys of every object in order: the same text for the same value. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/** A larger file must not fill the memory, and is long enough that a stream costs little. */
const wholeUpTo = 1_000_000;
/** Yields after this time, so that the login, which is in progress, can continue. */
const turnMs = 10;

/**
 * Returns the digest of the files in their order: path, kind, executability and content of each. Small files are read
 * synchronously: for thousands of them that takes a fifth of the time of promises.
 */
async function hashFiles(
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
