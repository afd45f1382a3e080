import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";

const types: Readonly<Record<string, string>> = {
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

interface File {
  readonly content: Buffer<ArrayBuffer>;
  readonly type: string;
  readonly tag: string;
}

/** Reads the scripts, styles and pictures of a folder. */
export async function readFiles(folder: string | URL): Promise<Map<string, File>> {
  const path = folder instanceof URL ? fileURLToPath(folder) : folder;
  const names = (await readdir(path)).filter((name) => extname(name) in types);
  const files = await Promise.all(
    names.map(async (name): Promise<[string, File]> => {
      const content = await readFile(`${path}/${name}`);
      const tag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 16)}"`;
      return [name, { content, type: types[extname(name)] ?? "", tag }];
    }),
  );
  return new Map(files);
}

export function serveFiles(app: Hono, path: string, files: ReadonlyMap<string, File>): void {
  app.get(`${path}/:name`, (c) => {
    const file = files.get(c.req.param("name"));
    if (!file) return c.text("There is no such file.\n", 404);
    // Revalidated on each use: a browser never mixes files of two versions.
    const headers = { ETag: file.tag, "Cache-Control": "no-cache" };
    if (c.req.header("if-none-match") === file.tag) return c.body(null, 304, headers);
    return c.body(file.content, 200, { ...headers, "Content-Type": file.type });
  });
}
