import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../core/failure.ts";

/** Finds every .json in a folder, at any depth; none if it is not a folder. */
export async function findJsonFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
  return files.sort();
}

interface Kind<T> {
  /** `a load report`. */
  readonly name: string;
  /** `run-load-test writes`. */
  readonly source: string;
  /** May throw. */
  readonly isComplete: (value: Partial<T>) => boolean;
}

/** Reads a JSON file of version 1. Refuses another file, another version, and an incomplete one. */
export async function readJson<T extends { readonly version: 1 }>(file: string, kind: Kind<T>): Promise<T> {
  const nextStep = `use files that ${kind.source}.`;
  const refuse = (why: string, cause?: unknown) => new Failure(`${file} ${why}`, { nextStep, cause });
  let value: Partial<T>;
  let isComplete: boolean;
  try {
    value = JSON.parse(await readFile(file, "utf8")) ?? {};
    isComplete = kind.isComplete(value);
  } catch (error) {
    throw refuse(`is not ${kind.name}: ${(error as Error).message}`, error);
  }
  const version: unknown = value.version;
  if (typeof version === "number" && version !== 1)
    throw refuse(`is ${kind.name} of version ${version}, but this action only reads version 1`);
  if (!isComplete) throw refuse(`is not ${kind.name}`);
  return value as T;
}

/** Writes a JSON file, with the folders that it needs. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
  } catch (error) {
    throw new Failure(`${file} cannot be written: ${(error as Error).message}`, {
      nextStep: "set a path that this job can write.",
      cause: error,
    });
  }
}
