import { readFile } from "node:fs/promises";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

export interface Ignore {
  /** `path` is relative to the context, with `/`. */
  ignores(path: string): boolean;
  /** Returns whether a line with `!` may include something in this ignored folder again. */
  mayHoldKept(folder: string): boolean;
}

/**
 * Reads the rules of the builder's own ignore file or, if there is none, of the context's `.dockerignore`, with
 * Docker's meaning. Source: docs.docker.com, "Build context", "Filename and location".
 */
export async function readIgnore(context: string, own: string | undefined): Promise<Ignore> {
  const text = (own && (await readIfThere(own))) ?? (await readIfThere(join(context, ".dockerignore"))) ?? "";
  return parseIgnore(text);
}

export function parseIgnore(text: string): Ignore {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  // The library is CommonJS: its function is also its own member "default", the one in its types.
  const rules = dockerignore.default({ ignorecase: false }).add(lines);
  const kept = lines.filter((line) => line.trim().startsWith("!")).map(fixedPart);
  return {
    ignores: (path) => rules.ignores(path),
    mayHoldKept: (folder) =>
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
