import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, glob, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { StandIn, StandInStep } from "./stand-in.ts";

const inputs = [
  ...["path", "key", "restore-keys", "upload-chunk-size", "enableCrossOsArchive", "fail-on-cache-miss"],
  ...["lookup-only", "save-always"],
];

/** As the real actions (release 5), with one cache for all branches, which ends with the rehearsal. */
export const cacheActions: Record<string, StandIn> = {
  "actions/cache": {
    inputs,
    async run(step) {
      const restored = await restore(step);
      const condition = step.flag("save-always") ? "always()" : "success()";
      return { condition, execute: (after) => save(after, restored) };
    },
  },
  "actions/cache/restore": {
    inputs,
    async run(step) {
      step.setOutput("cache-primary-key", step.input("key"));
      step.setOutput("cache-matched-key", (await restore(step)) ?? "");
    },
  },
  "actions/cache/save": { inputs, run: (step) => save(step) },
};

interface Entry {
  key: string;
  savedAt: number;
  /** Relative to the workspace; the files of each are in a folder with its index as name. */
  paths: string[];
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** A cache belongs to the paths that it was saved for. */
function folderOf(step: StandInStep): string {
  const paths = createHash("sha256").update(step.input("path")).digest("hex");
  return join(step.cacheDirectory, paths);
}

async function readEntries(folder: string): Promise<(Entry & { folder: string })[]> {
  const names = await readdir(folder).catch(() => []);
  const entries = names.map(async (name) => {
    const text = await readFile(join(folder, name, "entry.json"), "utf8");
    return { ...(JSON.parse(text) as Entry), folder: join(folder, name) };
  });
  return (await Promise.all(entries)).sort((one, other) => other.savedAt - one.savedAt);
}

/** Returns the key of the restored cache: an equal one, else the newest that begins with the key, or another one. */
async function restore(step: StandInStep): Promise<string | undefined> {
  const key = step.input("key");
  for (const name of ["key", "path"])
    if (!step.input(name)) throw new Error(`Input required and not supplied: ${name}`);
  if (key.length > 512) throw new Error(`Key Validation Error: ${key} cannot be larger than 512 characters.`);
  if (key.includes(",")) throw new Error(`Key Validation Error: ${key} cannot contain commas.`);
  const keys = [key, ...lines(step.input("restore-keys"))];
  const entries = await readEntries(folderOf(step));
  const found = keys
    .flatMap((each) => [(entry: Entry) => entry.key === each, (entry: Entry) => entry.key.startsWith(each)])
    .map((matches) => entries.find(matches))
    .find(Boolean);
  if (!found && step.flag("fail-on-cache-miss"))
    throw new Error(`Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`);
  step.log(
    found ? `Cache restored from key: ${found.key}` : `Cache not found for input keys: ${keys.join(", ")}`,
  );
  if (!found) return undefined;
  step.setOutput("cache-hit", String(found.key === key));
  if (step.flag("lookup-only")) return found.key;
  for (const [index, path] of found.paths.entries())
    await cp(join(found.folder, String(index)), resolve(step.workspace, path), copying);
  return found.key;
}

const copying = { recursive: true, verbatimSymlinks: true };

async function save(step: StandInStep, restored?: string): Promise<void> {
  const key = step.input("key");
  const folder = folderOf(step);
  if (key === restored || (await readEntries(folder)).some((entry) => entry.key === key))
    return step.log(`Cache hit occurred on the primary key ${key}, not saving cache.`);
  const files = await findFiles(step);
  if (files.length === 0)
    return step.warn(
      "Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.",
    );
  // Complete before a parallel job can see it.
  const made = join(step.directory, "cache");
  for (const [index, file] of files.entries()) await cp(file, join(made, String(index)), copying);
  const entry: Entry = {
    key,
    savedAt: Date.now(),
    paths: files.map((file) => relative(step.workspace, file)),
  };
  await writeFile(join(made, "entry.json"), JSON.stringify(entry));
  await mkdir(folder, { recursive: true });
  await rename(made, join(folder, randomUUID()));
  step.log(`Cache saved with key: ${key}`);
}

async function findFiles({ input, workspace, environment }: StandInStep): Promise<string[]> {
  const found: string[] = [];
  const home = environment.HOME ?? dirname(workspace);
  for (const path of lines(input("path"))) {
    const pattern = resolve(workspace, path.replace(/^~(?=\/|$)/, home));
    if (existsSync(pattern)) found.push(pattern);
    else if (!path.startsWith("!")) for await (const file of glob(pattern)) found.push(file);
  }
  return found;
}
