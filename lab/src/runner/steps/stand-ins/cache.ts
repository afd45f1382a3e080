import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, mkdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { StandIn, StandInStep } from "./stand-in.ts";

/** As the real actions (release 5), with one cache for all branches, which ends with the rehearsal. */
const actions: Record<string, StandIn["run"]> = {
  async "actions/cache"(step) {
    const restored = await restore(step);
    const condition = step.flag("save-always") ? "always()" : "success()";
    return { condition, execute: (after) => save(after, restored) };
  },
  async "actions/cache/restore"(step) {
    step.setOutput("cache-primary-key", step.input("key"));
    step.setOutput("cache-matched-key", (await restore(step)) ?? "");
  },
  "actions/cache/save": (step) => save(step),
};

const inputs = `path key restore-keys upload-chunk-size enableCrossOsArchive fail-on-cache-miss lookup-only
  save-always`;
export const cacheActions = Object.fromEntries(
  Object.entries(actions).map(([name, run]) => [name, { inputs, run }]),
);

interface Entry {
  key: string;
  archive: string;
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** A cache belongs to the paths that it was saved for. The newest entry is the first. */
function entriesOf(step: StandInStep): Entry[] {
  const paths = createHash("sha256").update(step.input("path")).digest("hex");
  const id = join(step.cacheDirectory, paths);
  const entries = caches.get(id) ?? [];
  caches.set(id, entries);
  return entries;
}
/** Kept here and not in files, which steps could change. */
const caches = new Map<string, Entry[]>();

/** Returns the key of the restored cache: an equal one, else the newest that begins with the key, or another one. */
async function restore(step: StandInStep): Promise<string | undefined> {
  const key = step.input("key");
  for (const name of ["key", "path"])
    if (!step.input(name)) throw new Error(`Input required and not supplied: ${name}`);
  if (key.length > 512) throw new Error(`Key Validation Error: ${key} cannot be larger than 512 characters.`);
  if (key.includes(",")) throw new Error(`Key Validation Error: ${key} cannot contain commas.`);
  const entries = entriesOf(step);
  const keys = [key, ...lines(step.input("restore-keys"))];
  const found = keys
    .map(
      (each) =>
        entries.find((entry) => entry.key === each) ?? entries.find((entry) => entry.key.startsWith(each)),
    )
    .find(Boolean);
  if (!found && step.flag("fail-on-cache-miss"))
    throw new Error(`Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`);
  step.log(
    found ? `Cache restored from key: ${found.key}` : `Cache not found for input keys: ${keys.join(", ")}`,
  );
  if (found) step.setOutput("cache-hit", String(found.key === key));
  if (found && !step.flag("lookup-only")) await tar(step, "-xPf", found.archive);
  return found?.key;
}

/** As a process of the step, which can read and write no more than the step itself, whatever its links lead to. */
async function tar(step: StandInStep, ...given: string[]): Promise<boolean> {
  const { code, output } = await step.run(["tar", "-C", step.workspace, ...given], { quiet: true });
  if (code !== 0) step.warn(output);
  return code === 0;
}

async function save(step: StandInStep, restored?: string): Promise<void> {
  const key = step.input("key");
  const entries = entriesOf(step);
  if (key === restored || entries.some((entry) => entry.key === key))
    return step.log(`Cache hit occurred on the primary key ${key}, not saving cache.`);
  const files = await findFiles(step);
  if (files.length === 0)
    return step.warn(
      "Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.",
    );
  const archive = join(step.cacheDirectory, `${randomUUID()}.tar`);
  await mkdir(step.cacheDirectory, { recursive: true });
  if (!(await tar(step, "-cPf", archive, "--", ...files))) return;
  entries.unshift({ key, archive });
  step.log(`Cache saved with key: ${key}`);
}

async function findFiles({ input, workspace, environment }: StandInStep): Promise<string[]> {
  const found: string[] = [];
  for (const path of lines(input("path"))) {
    const pattern = resolve(workspace, path.replace(/^~(?=\/|$)/, environment.HOME ?? "~"));
    if (existsSync(pattern)) found.push(pattern);
    else if (!path.startsWith("!")) for await (const file of glob(pattern)) found.push(file);
  }
  // The next job has another workspace.
  return found.map((file) => (file.startsWith(`${workspace}/`) ? relative(workspace, file) : file));
}
