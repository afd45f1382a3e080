import { readFile } from "node:fs/promises";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

export interface Ignore {
  /** `path` is from the context, with `/`. */
  ignores(path: string): boolean;
  /** Whether a line with `!` may take something in this ignored folder back. */
  mayHoldKept(folder: string): boolean;
}

/**
 * The rules of the builder's own ignore file or, where there is none, of the context's `.dockerignore`, with Docker's
 * meaning. Source: docs.docker.com, "Build context", "Filename and location".
 */
export async function readIgnore(context: string, own: string | undefined): Promise<Ignore> {
  const text = (own && (await readIfThere(own))) ?? (await readIfThere(join(context, ".dockerignore"))) ?? "";
  return parseIgnore(text);
}

export function parseIgnore(text: string): Ignore {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  // The library is CommonJS: its function is also its own member "default", which is what its types tell of.
  const rules = dockerignore.default({ ignorecase: false }).add(lines);
  const kept = lines.filter((line) => line.trim().startsWith("!")).map(fixedPart);
  return {
    ignores: (path) => rules.ignores(path),
    mayHoldKept: (folder) =>
      kept.some((prefix) => prefix.startsWith(`${folder}/`) || `${folder}/`.startsWith(prefix)),
  };
}

/** `!a/b*c` → `a/b`: only paths that begin so can match. */
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
