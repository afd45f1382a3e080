import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { access, chmod, copyFile, cp, mkdir, realpath, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { requireEmpty } from "./output-folder.ts";

interface NodeBaseOptions {
  /** Folder of the base's root file system; created if missing. */
  readonly folder: string;
  /** With npm, which a Dockerfile's build stage runs. */
  readonly npm?: boolean;
}

/** Path of programs; also used for images without a PATH in their configuration. */
export const basePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Creates an image's root file system with Node 24 and its libraries, without a shell or packages. It uses the
 * running Node and this machine's C library, contacts no registry, and produces the same bytes each time on
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

/** Returns the running Node; another one on PATH may have another version. */
function findNode(): string {
  if (process.platform !== "linux")
    throw new Error(
      `a Node base can be made on Linux only, not on ${process.platform}: its files are this machine's own`,
    );
  return process.execPath;
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

const home = "/usr/local/lib/node_modules/npm";

/** The interpreter has a full path, as the image has no `env` to find it. */
const command = `#!/usr/local/bin/node\nrequire("${home}/lib/cli.js")(process);\n`;

/** npm of this machine, which is JavaScript only, and the commands that run it without a shell. */
async function copyNpm(folder: string): Promise<void> {
  const from = await findNpm();
  const parts = ["package.json", "LICENSE", "bin", "lib", "node_modules"];
  for (const part of parts)
    await cp(join(from, part), join(folder, home, part), { recursive: true, dereference: true });
  const bin = join(folder, "/usr/local/bin/npm");
  await mkdir(dirname(bin), { recursive: true });
  await writeFile(bin, command);
  await chmod(bin, 0o755);
}

/** The folder of npm's package. */
async function findNpm(): Promise<string> {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((each) => join(each, "npm"));
  // npm passes its own location to scripts.
  for (const program of [process.env.npm_execpath, ...onPath]) {
    if (!program || !existsSync(program)) continue;
    const npm = dirname(dirname(await realpath(program)));
    // Debian's own npm has its dependencies elsewhere, and another tool may have the name npm.
    if (existsSync(join(npm, "lib/cli.js")) && existsSync(join(npm, "node_modules/@npmcli/arborist")))
      return npm;
  }
  throw new Error(
    "no npm with its dependencies inside was found on PATH: install Node from https://nodejs.org, or run npm install --global npm",
  );
}

/**
 * Parts of glibc that `ldd` cannot know: before 2.34 name resolution loads the first three, and native packages, such as
 * a bundler in a build stage, load `librt`.
 */
const loadedOnDemand = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2", "librt.so.1"];

/** Returns the paths of all libraries that a program loads, including its dynamic linker. */
async function findLibraries(program: string): Promise<string[]> {
  const listed = await run("ldd", [program]).catch((cause) => {
    throw new Error(
      `ldd ${program} failed: a Node base needs a Linux with glibc, such as Debian, Ubuntu or Fedora, not one with musl, such as Alpine`,
      { cause },
    );
  });
  const paths = parseLibraries(listed);
  const libc = paths.find((path) => path.endsWith("/libc.so.6"));
  if (!libc)
    throw new Error(
      `ldd ${program} names no libc.so.6: a Node base needs a Linux with glibc; it says\n${listed.trim()}`,
    );
  const neighbours = loadedOnDemand.map((name) => join(dirname(libc), name));
  const there = await Promise.all(
    neighbours.map((path) =>
      access(path).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return [...new Set([...paths, ...there.flat()])].sort();
}

/**
 * Reads `libm.so.6 => /lib/libm.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`; the kernel's own library has no
 * file.
 */
export function parseLibraries(listed: string): string[] {
  const missing = /^[ \t]*(\S+) => not found$/m.exec(listed)?.[1];
  if (missing) throw new Error(`Node needs ${missing}, which this machine does not have`);
  return [...listed.matchAll(/^[ \t]*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(([, path = ""]) => path);
}

/** Runs a program to its end and returns its output. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args);
  return stdout;
}

const usage = `node program/src/base-image.ts --folder F [--npm]

Makes the root file system of an image with Node 24 in the folder F, of this machine's own files and without any
registry. An engine takes it by
  tar --create --directory F . | docker import --change 'ENTRYPOINT ["node"]' - node-base

  --folder F  made when absent; has to be empty
  --npm       with npm, for a Dockerfile's build stage
  --help
`;

if (import.meta.main) {
  try {
    const { values } = parseArgs({
      options: {
        folder: { type: "string" },
        npm: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) console.log(usage);
    else if (!values.folder) throw new Error(`--folder is missing\n\n${usage}`);
    else {
      await requireEmpty(values.folder);
      console.log(await makeNodeBase({ folder: values.folder, npm: values.npm ?? false }));
    }
  } catch (error) {
    console.error(`base-image: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
