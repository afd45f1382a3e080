import { glob, stat } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../shared/failure.ts";

/** Finds the files of the given lines: files, folders (every .json in them, at any depth) and patterns; each once. */
export async function findReports(places: readonly string[]): Promise<string[]> {
  const found = await Promise.all(places.map(filesOf));
  return [...new Set(found.flat())].sort();
}

async function filesOf(place: string): Promise<string[]> {
  const stats = await stat(place).catch(() => undefined);
  if (stats?.isFile()) return [place];
  const files: string[] = [];
  for await (const file of glob(stats ? join(place, "**/*.json") : place)) files.push(file);
  if (files.length > 0) return files;
  const what = stats ? `The folder ${place} has no .json file` : `No file is called ${place}`;
  throw new Failure(`${what}, and merge needs the generators' reports`, {
    nextStep: "give the folder that the artifacts of the generators' jobs were downloaded to.",
  });
}
