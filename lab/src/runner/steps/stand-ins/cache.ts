import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { shortEnvironment } from "../../../../../scripts/run/short-environment.mjs";
import type { StandIn, StandInStep } from "./stand-in.ts";

const tar = (...options: string[]) =>
  promisify(execFile)("tar", options, { env: shortEnvironment(process.env) });
const longestKey = 512;

/** Restores a folder that an earlier job saved under the same key, else saves it when the job has succeeded. */
export const cache: StandIn = {
  inputs: ["path", "key"],
  async run(step) {
    const { path, key, archive } = readInputs(step);
    if (existsSync(archive)) {
      await tar("-xf", archive, "-C", step.workspace);
      step.setOutput("cache-hit", "true");
      step.log(`Cache restored from key: ${key}`);
      return;
    }
    step.setOutput("cache-hit", "");
    step.log(`Cache not found for input keys: ${key}`);
    return async (later) => {
      if (!(await stat(join(step.workspace, path)).catch(() => undefined)))
        return later.warn(`Path Validation Error: ${path} does not exist, so that no cache is being saved.`);
      await mkdir(step.cacheDirectory, { recursive: true });
      // Moved into place once complete: another job may be reading or saving the same.
      const unfinished = `${archive}.${randomUUID()}`;
      await tar("-cf", unfinished, "-C", step.workspace, path);
      await rename(unfinished, archive);
      later.log(`Cache saved with key: ${key}`);
    };
  },
};

function readInputs(step: StandInStep) {
  const path = step.input("path");
  const key = step.input("key");
  if (!path || !key) throw new Error(`Input required and not supplied: ${path ? "key" : "path"}`);
  if (/[\n*?[!~]|^\/|(^|\/)\.\.(\/|$)/.test(path))
    throw new Error(
      `this runner caches one file or folder of the workspace, without wildcards, not '${path}'`,
    );
  if (key.length > longestKey || key.includes(","))
    throw new Error(
      `Key Validation Error: ${key} cannot be larger than ${longestKey} characters, nor contain commas.`,
    );
  // As the real action: a key is for the same path only.
  const name = createHash("sha256").update(`${path}\n${key}`).digest("hex");
  return { path, key, archive: join(step.cacheDirectory, `${name}.tar`) };
}
