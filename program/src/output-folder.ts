import { access, constants, lstat, mkdir, readdir, readFile, realpath, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { Refusal } from "./command-line.mjs";

const fix = "Fix: choose a new folder";

/** Creates a folder that a script fills. Throws a refusal for one with content, or one that cannot be written to. */
export async function requireEmpty(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new Refusal(`${folder} cannot be written to: ${(cause as Error).message}. ${fix}`, { cause });
  }
  if ((await readdir(folder)).length > 0) throw new Refusal(`${folder} is not empty. ${fix}`);
}

/** A script's output. */
interface Output {
  /** Member `madeBy` of the output's package.json. */
  readonly madeBy: string;
  /** Names of everything that the script writes into the folder. */
  readonly names: readonly string[];
  /** Folders that never become an output folder, nor does a folder above them. */
  readonly never: readonly string[];
}

/** Prepares a folder like `requireEmpty`, or removes what the same script wrote there earlier, and nothing else. */
export async function renewOutput(folder: string, { madeBy, names, never }: Output): Promise<void> {
  const place = await realPlace(folder);
  for (const kept of await Promise.all(never.map(realPlace)))
    if (!/^\.\.(?:$|[/\\])/.test(relative(place, kept)))
      throw new Refusal(`${folder} is or contains ${kept}. ${fix}`);
  if ((await authorOf(join(folder, "package.json")).catch(() => "")) !== madeBy) return requireEmpty(folder);
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
}

/** A link may lead to the package.json of another folder. Rejects for a file that is absent or damaged. */
const authorOf = async (manifest: string): Promise<unknown> =>
  (await lstat(manifest)).isFile() && JSON.parse(await readFile(manifest, "utf8")).madeBy;

const realPlace = (folder: string) => realpath(folder).catch(() => folder);
