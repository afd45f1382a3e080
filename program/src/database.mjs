// @ts-check
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { oneOf, Refusal } from "./command-line.mjs";
import { writeProblem } from "./packages.mjs";

export const databaseImage = "mysql:8.4";

/** The option of commands that need a server. */
export const databaseOption = {
  value: "D",
  parse: oneOf("local", "docker"),
  help: `local (default): a server of this machine, downloaded on Debian and Ubuntu; docker: the image ${databaseImage}`,
};

/** Folder of the user's for what is downloaded once. A relative XDG_CACHE_HOME counts as none (XDG's specification). */
function cache() {
  const { XDG_CACHE_HOME: given = "" } = process.env;
  return join(isAbsolute(given) ? given : join(homedir(), ".cache"), "ecs-delivery");
}
const downloaded = () => join(cache(), "database-server/bin");

/** PATH, folders in which distributions keep servers outside a user's PATH, and the downloaded server's. */
const programFolders = () => [
  ...(process.env.PATH ?? "").split(delimiter).filter(Boolean),
  ...["/usr/sbin", "/usr/local/sbin", "/usr/libexec", downloaded()],
];

/**
 * Returns the first program's path; undefined without any.
 * @param {readonly string[]} names
 * @param {readonly string[]} [folders]
 */
export function findProgram(names, folders = programFolders()) {
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @param {readonly string[]} [folders] */
export const findServer = (folders) => findProgram(["mariadbd", "mysqld"], folders);

/** Commands by the program that this system has. */
const installers = {
  "apt-get": "apt-get install --no-install-recommends mariadb-server-core mariadb-client-core",
  dnf: "dnf install mariadb-server",
  pacman: "pacman -S mariadb",
  apk: "apk add mariadb mariadb-client",
  zypper: "zypper install mariadb",
  brew: "brew install mariadb",
};

/**
 * Says that the server is missing, with the command that installs it on this system.
 * @param {readonly string[]} [folders]
 */
export function missingServer(folders) {
  const found = Object.entries(installers).find(([program]) => findProgram([program], folders));
  const [program, command] = found ?? ["", "install MariaDB"];
  const root = program === "" || program === "brew" || process.getuid?.() === 0 ? "" : "sudo ";
  return `no MySQL-protocol server found. Fix: ${root}${command}; or, with Docker, add the option --database docker`;
}

/**
 * Provides a server, which needs no rights of root. Refuses if that is not possible.
 * @param {unknown} kind value of the option
 * @param {readonly string[]} [folders] of programs
 */
export function provideDatabaseServer(kind, folders) {
  if (kind === "docker") return provideImage();
  const server = findServer(folders);
  // A system's upgrade may have replaced what the downloaded server needs.
  if (server && (!server.startsWith(downloaded()) || succeeds(server, "--no-defaults", "--version"))) return;
  if (["apt-get", "dpkg-deb"].some((program) => !findProgram([program], folders)))
    throw new Refusal(missingServer(folders));
  const problem = writeProblem(cache());
  if (problem)
    throw new Refusal(
      `${cache()} is ${problem}, and a database server would be downloaded there. Fix: set XDG_CACHE_HOME to a folder that you may write to`,
    );
  const script = fileURLToPath(new URL("download-database.sh", import.meta.url));
  const { status } = spawnSync("/bin/sh", [script, cache()], { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Refusal(missingServer(folders));
}

function provideImage() {
  if (succeeds("docker", "image", "inspect", databaseImage)) return;
  console.error(`downloading the image ${databaseImage} (about 240 MB)`);
  const { status } = spawnSync("docker", ["pull", "--quiet", databaseImage], { stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new Refusal(
      "--database docker: the image cannot be had. Fix: start Docker, and allow this user to use it",
    );
}

/**
 * @param {string} program
 * @param {string[]} command
 */
const succeeds = (program, ...command) => spawnSync(program, command).status === 0;
