// Runs one of this repository's TypeScript programs on a fresh clone: installs the packages and Node 24 that the
// lock file names, and with --database a MySQL-protocol server, then hands over. Plain JavaScript for Node 20 and
// without dependencies, because nothing else is there yet.
//
//   node scripts/run.mjs [--database] <program.ts> [arguments]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");

const argv = process.argv.slice(2);
const needsDatabase = argv[0] === "--database";
const [program, ...programArguments] = needsDatabase ? argv.slice(1) : argv;

if (Number(process.versions.node.split(".")[0]) < 20)
  stop(`Node ${process.versions.node} is too old: install Node 20 or newer from https://nodejs.org`);
installPackages();
if (needsDatabase) installDatabaseServer();
handOver(join(root, program), programArguments);

function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".installed-from-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("installing packages (npm ci) …");
  // npm tells its scripts where it is; without it the one on PATH is asked.
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm ? [process.execPath, npm] : ["npm"];
  const { status } = spawnSync(command, [...prefix, "ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) stop("npm ci failed: see its message above, then run this command again");
  writeFileSync(stamp, lock);
}

function installDatabaseServer() {
  // Debian keeps servers in /usr/sbin, which a user's PATH may lack.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  if (["mariadbd", "mysqld"].some((name) => folders.some((folder) => isExecutable(join(folder, name)))))
    return;
  const sentence =
    "no MySQL-protocol server found: install one (Debian, Ubuntu: apt-get install mariadb-server; macOS: brew install mariadb) and run this command again";
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) stop(sentence);
  console.error("installing a MySQL-protocol server (mariadb-server-core) …");
  const options = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["-qq", "update"], options);
  // The core packages are the server without the system's service: nothing starts, nothing takes port 3306. The
  // client's brings my_print_defaults, which mariadb-install-db runs.
  const packages = ["mariadb-server-core", "mariadb-client-core"];
  const install = ["-qq", "install", "--yes", "--no-install-recommends", ...packages];
  if (spawnSync("apt-get", install, options).status !== 0) stop(sentence);
}

function handOver(file, fileArguments) {
  const child = spawn(join(bin, "node"), [file, ...fileArguments], {
    stdio: "inherit",
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
  });
  child.on("error", (error) => stop(`${join(bin, "node")} did not start: ${error.message}`));
  // A terminal sends Ctrl-C to the child as well; a CI system sends its signals only here.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
