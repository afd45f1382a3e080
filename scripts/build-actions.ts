import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { actionsFolder, bundleActions } from "./bundle-action.ts";
import { checkHashes, noteHashes } from "./bundle-hashes.ts";

const fix = 'Run "npm run build" and commit actions.';

/**
 * Bundles `actions/<name>/src/index.ts` into `actions/<name>/dist`. With `--verify` nothing is written: the bundles are
 * compared with the committed ones byte for byte. Without names, all actions are built. `--check` builds nothing: it
 * compares hashes of sources and bundles with those of the last build.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      verify: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (values.check) return check();
  const stale: string[] = [];
  const names = chooseActions(positionals);
  const cores = availableParallelism();
  // Each bundle keeps one core busy for seconds. The two largest, check-lab and provision-stack, are in different halves.
  const parts = Array.from({ length: cores }, (_, part) =>
    names.filter((_, index) => Math.floor((index * cores) / names.length) === part),
  );
  await Promise.all(
    parts.map((part) =>
      bundle(part, async (name, folder) => {
        const dist = join(actionsFolder, name, "dist");
        const differing = await compare(folder, dist);
        console.log(`${name}: ${describe(differing)}`);
        if (differing.length === 0) return;
        if (values.verify) stale.push(name);
        else await replace(dist, folder);
      }),
    ),
  );
  if (stale.length > 0) {
    console.error(`dist is not what src builds: ${stale.join(", ")}. ${fix}`);
    process.exitCode = 1;
  }
  if (!values.verify && positionals.length === 0) noteHashes();
}

function check(): void {
  const problem = checkHashes();
  if (problem === undefined) return;
  console.error(`${problem}. ${fix}`);
  process.exitCode = 1;
}

/** A change of a shared file renames most chunks of a bundle. */
const shownFiles = 3;

function describe(differing: readonly string[]): string {
  if (differing.length === 0) return "up to date";
  const more = differing.length - shownFiles;
  return [...differing.slice(0, shownFiles), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function chooseActions(names: string[]): string[] {
  const known = readdirSync(actionsFolder).filter((name) =>
    existsSync(join(actionsFolder, name, "src/index.ts")),
  );
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`No action ${unknown.join(", ")}; there are: ${known.join(", ")}.`);
    process.exit(2);
  }
  return names.length > 0 ? names : known;
}

/** Calls `use` with each action and the folder of its new bundle. */
async function bundle(
  names: readonly string[],
  use: (name: string, folder: string) => Promise<void>,
): Promise<void> {
  if (names.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "build-actions-"));
  try {
    await bundleActions(new Map(names.map((name) => [name, join(folder, name)])));
    for (const name of names) await use(name, join(folder, name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function replace(dist: string, folder: string): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  await cp(folder, dist, { recursive: true });
}

/** Files that the new bundle changed, added or removed. */
async function compare(built: string, committed: string): Promise<string[]> {
  const names = [...new Set([...list(built), ...list(committed)])].sort();
  const differing: string[] = [];
  for (const name of names) {
    const [one, other] = await Promise.all([read(join(built, name)), read(join(committed, name))]);
    if (!one || !other?.equals(one)) differing.push(`${one ? (other ? "changed" : "new") : "gone"} ${name}`);
  }
  return differing;
}

function list(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function read(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
