import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

/** Returns the path of the server's program; rejects with an error that states what to install when there is none. */
export async function findDatabaseServer(folders = programFolders()): Promise<string> {
  const program = await findProgram(["mariadbd", "mysqld"], folders);
  if (program) return program;
  throw new Error(
    "no MySQL-protocol server found: install mariadb-server (Debian, Ubuntu: apt-get install mariadb-server; macOS: brew install mariadb)",
  );
}

/** Returns the server's own version text, for example `11.8.9-MariaDB`. */
export async function readVersion(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ["--no-defaults", "--version"]);
  const version = /Ver (\d+\.\d+\.\d+(-MariaDB)?)/.exec(stdout)?.[1];
  if (!version) throw new Error(`${program} does not tell its version: ${stdout.trim()}`);
  return version;
}

export const isMariaDb = (version: string) => version.endsWith("-MariaDB");

/** Returns the path of the script that creates MariaDB's system tables. */
export async function findInstaller(program: string): Promise<string> {
  const names = ["mariadb-install-db", "mysql_install_db"];
  for (const name of names) {
    const neighbour = resolve(dirname(program), "../bin", name);
    if (await isExecutable(neighbour)) return neighbour;
  }
  const found = await findProgram(names);
  if (!found) throw new Error(`${program} is there but not mariadb-install-db: install mariadb-server whole`);
  return found;
}

/** PATH, and folders in which distributions keep servers outside a user's PATH. */
function programFolders(): string[] {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...onPath, "/usr/sbin", "/usr/local/sbin", "/usr/libexec"];
}

async function findProgram(names: string[], folders = programFolders()): Promise<string | undefined> {
  for (const name of names)
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isExecutable(path)) return path;
    }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
