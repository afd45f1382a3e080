// @ts-check

import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Refusal } from "./command-line.mjs";
import { programsOf } from "./processes.mjs";
import { lastLines, runQuietly } from "./quiet-task.mjs";

/**
 * Compares what npm has noted of its last installation with the lock file, so that an `npm ci` of the user's counts.
 * @param {string} root
 */
export function arePackagesInstalled(root) {
  const modules = join(root, "node_modules");
  // An install script creates the program, and npm may be configured to skip it.
  if (!existsSync(join(modules, ".bin/node")) || !existsSync(join(modules, ".package-lock.json")))
    return false;
  const wanted = packagesIn(join(root, "package-lock.json"));
  const installed = packagesIn(join(modules, ".package-lock.json"));
  return Object.entries(wanted).every(([path, entry]) => {
    const found = installed[path];
    if (!found) return path === "" || !isForThisMachine(entry);
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/**
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 */

/**
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/**
 * npm leaves out optional packages of other machines. It alone can name this machine's C library.
 * @param {LockEntry} entry
 */
function isForThisMachine({ optional, os, cpu, libc }) {
  if (!optional) return true;
  return Boolean(os?.includes(process.platform) && cpu?.includes(process.arch) && !libc);
}

/** @param {string} root */
export async function installPackages(root) {
  const [running] = programsOf(root);
  if (running)
    throw new Refusal(
      `${running.name} (process ${running.pid}) uses the installed packages, and package-lock.json lists others. Fix: end it, then run this command again`,
    );
  requireWritable(root);
  // npm passes its own location to scripts; without it the one on PATH is used.
  const npm = process.env.npm_execpath;
  const { succeeded, output } = await runQuietly(
    "installing packages (npm ci)",
    [...(npm ? [process.execPath, npm] : ["npm"]), "ci", "--no-audit", "--no-fund", "--loglevel=error"],
    { cwd: root },
  );
  if (!succeeded) throw new Refusal(`npm ci failed:\n${lastLines(output)}`);
}

/** @param {string} root */
function requireWritable(root) {
  // npm passes the location of its cache to scripts.
  const cache = process.env.npm_config_cache;
  const places = [
    { folder: root, fix: "clone the repository to a folder that you may write to" },
    ...(cache
      ? [{ folder: cache, fix: "set HOME or npm_config_cache to a folder that you may write to" }]
      : []),
  ];
  for (const { folder, fix } of places) {
    const problem = writeProblem(folder);
    if (problem) throw new Refusal(`packages cannot be installed: ${folder} is ${problem}. Fix: ${fix}`);
  }
}

/**
 * Returns why a folder, or the one that it would be made in, cannot be written to.
 * @param {string} folder
 * @returns {string | undefined}
 */
export function writeProblem(folder) {
  try {
    // A file in its place is not writable like this.
    accessSync(`${folder}/.`, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "ENOENT" && dirname(folder) !== folder) return writeProblem(dirname(folder));
    return code === "EROFS" ? "on a read-only file system" : `not writable (${code})`;
  }
}
