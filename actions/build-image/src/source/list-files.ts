import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";
import { Failure } from "../../../core/failure.ts";

/** A file, folder or link of a context. */
export interface SourceFile {
  /** Relative to the context, with `/`. */
  readonly path: string;
  readonly kind: "folder" | "file" | "link";
  /** Whether the owner may execute it; of the modes, nothing else counts. */
  readonly executable: boolean;
  /** Bytes of a file, else 0. */
  readonly size: number;
  /** Target of a link. */
  readonly target?: string;
}

/**
 * Lists everything in the folder that is not ignored, by code unit and not by the machine's language: the order is the
 * same everywhere, a folder before its content. Synchronous, which takes a seventh of the time of promises.
 */
export function listFiles(context: string, ignore: Awaited<ReturnType<typeof readIgnore>>): SourceFile[] {
  const visit = (folder: string): SourceFile[] => {
    const entries = readdirSync(join(context, folder), { withFileTypes: true });
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    return entries.flatMap((entry): SourceFile[] => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const ignored = ignore.ignores(path);
      if (!entry.isDirectory()) return ignored ? [] : [describe(context, path)];
      if (ignored && !ignore.mayHoldKept(path)) return [];
      const inside = visit(path);
      if (ignored && inside.length === 0) return [];
      return [{ path, kind: "folder", executable: false, size: 0 }, ...inside];
    });
  };
  return visit("");
}

function describe(context: string, path: string): SourceFile {
  const whole = join(context, path);
  const stats = lstatSync(whole);
  if (stats.isSymbolicLink())
    return { path, kind: "link", executable: false, size: 0, target: readlinkSync(whole) };
  if (!stats.isFile())
    throw new Failure(`${whole} is not a file, folder or link`, {
      nextStep: `remove it, or list it in ${join(context, ".dockerignore")}.`,
    });
  return { path, kind: "file", executable: (stats.mode & 0o100) !== 0, size: stats.size };
}

/**
 * Reads the rules of the builder's own ignore file or, without one, of the context's `.dockerignore`, with
 * Docker's meaning. Source: docs.docker.com, "Build context", "Filename and location".
 */
export async function readIgnore(context: string, own: string | undefined) {
  const text = (own && (await readIfThere(own))) ?? (await readIfThere(join(context, ".dockerignore"))) ?? "";
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  // The library is CommonJS: its function is also its own member "default", the one in its types.
  const rules = dockerignore.default({ ignorecase: false }).add(lines);
  const kept = lines.filter((line) => line.trim().startsWith("!")).map(fixedPart);
  return {
    /** `path` is relative to the context, with `/`. */
    ignores: (path: string) => rules.ignores(path),
    /** Returns whether a line with `!` may include something in this ignored folder again. */
    mayHoldKept: (folder: string) =>
      kept.some((prefix) => prefix.startsWith(`${folder}/`) || `${folder}/`.startsWith(prefix)),
  };
}

/** Returns `a/b` for `!a/b*c`: only paths with this beginning can match. */
function fixedPart(line: string): string {
  const pattern = line
    .trim()
    .slice(1)
    .trim()
    .replace(/^\.?\//, "");
  return /^[^*?[\\]*/.exec(pattern)?.[0] ?? "";
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
