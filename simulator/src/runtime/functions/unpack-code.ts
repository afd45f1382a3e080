import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ZipEntry } from "../zip-archive.ts";

/**
 * Writes a function's files into a separate folder below `functionsDirectory`, next to the AWS SDK, which Lambda's Node
 * runtimes include: a handler may import the clients that the simulator is installed with.
 */
export async function unpackCode(
  functionsDirectory: string,
  name: string,
  entries: readonly ZipEntry[],
): Promise<void> {
  await lendSdk(functionsDirectory);
  for (const { path, content, mode } of entries) {
    const place = join(functionsDirectory, name, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content, mode ? { mode } : {});
  }
}

async function lendSdk(functionsDirectory: string): Promise<void> {
  const place = join(functionsDirectory, "node_modules", "@aws-sdk");
  if (existsSync(place)) return;
  const client = createRequire(import.meta.url).resolve("@aws-sdk/client-codedeploy");
  const folder = /^.*[/\\]@aws-sdk(?=[/\\])/.exec(client)?.[0];
  if (folder === undefined) return;
  await mkdir(dirname(place), { recursive: true });
  await symlink(folder, place).catch((error: NodeJS.ErrnoException) => {
    // Another function was unpacked at the same time.
    if (error.code !== "EEXIST") throw error;
  });
}
