import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../shared/failure.ts";
import type { Ignore } from "./ignore.ts";

/** What of a context counts. */
export interface SourceFile {
  /** From the context, with `/`. */
  readonly path: string;
  readonly kind: "folder" | "file" | "link";
  /** Whether the owner may execute it; of the modes, nothing else counts. */
  readonly executable: boolean;
  /** Bytes of a file, else 0. */
  readonly size: number;
  /** What a link holds. */
  readonly target?: string;
}

/**
 * Everything in the folder that is not ignored, by code unit and not by the machine's language: the order is the same
 * everywhere, a folder before what is in it.
 */
export async function listFiles(context: string, ignore: Ignore): Promise<SourceFile[]> {
  const visit = async (folder: string): Promise<SourceFile[]> => {
    const entries = await readdir(join(context, folder), { withFileTypes: true });
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    const lists = await Promise.all(
      entries.map(async (entry): Promise<SourceFile[]> => {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        const ignored = ignore.ignores(path);
        if (!entry.isDirectory()) return ignored ? [] : [await describe(context, path)];
        if (ignored && !ignore.mayHoldKept(path)) return [];
        const inside = await visit(path);
        if (ignored && inside.length === 0) return [];
        return [{ path, kind: "folder", executable: false, size: 0 }, ...inside];
      }),
    );
    return lists.flat();
  };
  return visit("");
}

async function describe(context: string, path: string): Promise<SourceFile> {
  const whole = join(context, path);
  const stats = await lstat(whole);
  if (stats.isSymbolicLink())
    return { path, kind: "link", executable: false, size: 0, target: await readlink(whole) };
  if (!stats.isFile())
    throw new Failure(`${whole} is neither a file, a folder nor a link`, {
      nextStep: `remove it, or name it in ${join(context, ".dockerignore")}.`,
    });
  return { path, kind: "file", executable: (stats.mode & 0o100) !== 0, size: stats.size };
}
