import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { copyNpm } from "./copy-npm.ts";
import { findLibraries } from "./libraries.ts";
import { run } from "./run.ts";

export interface NodeBaseOptions {
  /** Folder of the base's root file system; created if missing. */
  readonly folder: string;
  /** With npm, which a Dockerfile's build stage runs. */
  readonly npm?: boolean;
}

/** Path of programs; also used for images without a PATH in their configuration. */
export const basePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Creates an image's root file system with Node 24 and its libraries, without a shell or packages. It uses this
 * repository's own Node and this machine's C library, contacts no registry, and produces the same bytes each time on
 * the same machine. Returns the folder. Rejects with an error where this is not possible, such as on macOS.
 */
export async function makeNodeBase({ folder, npm = false }: NodeBaseOptions): Promise<string> {
  const node = findNode();
  const libraries = await findLibraries(node);
  const place = async (path: string) => {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    return target;
  };
  await Promise.all([
    place("/usr/local/bin/node").then((target) => strip(node, target)),
    ...libraries.map(async (library) => copyExecutable(library, await place(library))),
    ...Object.entries(texts).map(async ([path, text]) => writeFile(await place(path), text)),
    makeTemporaryFolder(join(folder, "tmp")),
    npm && copyNpm(folder),
  ]);
  return folder;
}

/** Returns why no base can be made on this machine; undefined when it can. */
export async function nodeBaseProblem(): Promise<string | undefined> {
  try {
    await findLibraries(findNode());
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Returns this repository's Node; another Node on PATH may have another version. */
function findNode(): string {
  if (process.platform !== "linux")
    throw new Error(
      `a Node base can be made on Linux only, not on ${process.platform}: its files are this machine's own`,
    );
  return createRequire(import.meta.url).resolve("node/bin/node");
}

/**
 * Names for the users that images run as, and the order of name resolution, where glibc before 2.34 asks the DNS first.
 */
const texts = {
  "/etc/passwd": [
    "root:x:0:0:root:/root:/sbin/nologin",
    "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin",
    "node:x:65532:65532:node:/home/node:/sbin/nologin",
    "",
  ].join("\n"),
  "/etc/group": ["root:x:0:", "nogroup:x:65534:", "node:x:65532:", ""].join("\n"),
  "/etc/nsswitch.conf": "hosts: files dns\n",
};

async function makeTemporaryFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o1777);
}

/** Symbols are a tenth of Node and only serve debuggers; without `strip` they are kept. */
async function strip(from: string, to: string): Promise<void> {
  await run("strip", ["--strip-all", "-o", to, from]).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    await copyFile(from, to);
  });
  await chmod(to, 0o755);
}

async function copyExecutable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o755);
}
