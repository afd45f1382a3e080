// @ts-check
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { Refusal } from "./command-line.mjs";
import { lastLines, runQuietly } from "./quiet-task.mjs";

const sentence =
  "no MySQL-protocol server found: install one (Debian, Ubuntu: apt-get install mariadb-server; macOS: brew install mariadb) and run this command again";

/**
 * Refuses if the server is missing and cannot be installed.
 * @param {NodeJS.ProcessEnv} environment
 */
export function lacksDatabaseServer({ PATH = "" }) {
  // Debian keeps servers in /usr/sbin, which a user's PATH may lack.
  const folders = [...PATH.split(delimiter), "/usr/sbin", "/usr/local/sbin", "/usr/libexec"];
  if (["mariadbd", "mysqld"].some((name) => folders.some((folder) => isExecutable(join(folder, name)))))
    return false;
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0)
    throw new Refusal(sentence);
  return true;
}

export async function installDatabaseServer() {
  // The core packages are the server without the system's service: nothing starts, nothing uses port 3306. The client's
  // package has my_print_defaults, which mariadb-install-db runs.
  const script =
    "apt-get -qq update; apt-get -qq install --yes --no-install-recommends mariadb-server-core mariadb-client-core";
  const { succeeded, output } = await runQuietly(
    "installing a database server (mariadb-server-core)",
    ["/bin/sh", "-c", script],
    { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } },
  );
  if (!succeeded) throw new Refusal(`${sentence}. apt-get failed:\n${lastLines(output)}`);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
