// @ts-check
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { Refusal } from "./command-line.mjs";

/**
 * @typedef {object} Program
 * @property {number} pid
 * @property {string} name such as "npm run lab"
 */

/**
 * Identifies this process with a text that no other process of this machine has before or after it: its namespace, id
 * and start, since ids are reused.
 */
export function thisProcess() {
  return `${namespace()}-${process.pid}-${startOf(process.pid)}`;
}

/**
 * Returns false for a process of this machine that has ended. Processes of other namespaces cannot be checked.
 * @param {string} owner as `thisProcess` returned it
 */
export function mayBeAlive(owner) {
  const [where, pid, start] = owner.split("-");
  return where !== namespace() || startOf(Number(pid)) === start;
}

function namespace() {
  // Only Linux has namespaces.
  return process.platform === "linux" ? (/\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0") : "0";
}

/**
 * Returns when a process started, in a unit of the system's; undefined for a missing process.
 * @param {number} pid
 */
function startOf(pid) {
  try {
    if (process.platform !== "linux")
      return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).replaceAll(
        /\W/g,
        "",
      );
    const { state, start } = statOf(pid);
    return state === "Z" || state === "X" ? undefined : start;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
export function statOf(pid) {
  // "pid (name) state parent … start": a name may hold anything (proc_pid_stat(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return { state: fields[0], parent: Number(fields[1]), start: fields[19] };
}

/**
 * The programs of this clone that run from its installed packages.
 * @param {string} root
 * @returns {Program[]}
 */
export function programsOf(root) {
  const folder = `${realpathSync(root)}/`;
  return listProcesses().flatMap(({ pid, argv }) => {
    const program = argv.slice(1).find((each) => each.startsWith(folder) && each.endsWith(".ts"));
    return program && pid !== process.pid ? [{ pid, name: nameOf(argv) }] : [];
  });
}

/** @returns {{ pid: number, argv: string[] }[]} */
function listProcesses() {
  if (process.platform === "linux")
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => ({ pid: Number(pid), argv: argvOf(Number(pid)) }));
  return execFileSync("ps", ["-axo", "pid=,command="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, ...argv]) => ({ pid: Number(pid), argv }));
}

/**
 * @param {number} pid
 * @returns {string[]} empty for one that has ended
 */
function argvOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** @param {readonly string[]} argv */
function nameOf(argv) {
  const program = argv.find((each) => each.endsWith(".ts")) ?? "";
  for (const command of ["lab", "simulator"])
    if (program.endsWith(`/${command}/src/main.ts`))
      return `npm run ${command} in ${program.slice(0, -`/${command}/src/main.ts`.length)}`;
  if (program.endsWith("/scripts/test.ts"))
    return `npm test in ${program.slice(0, -"/scripts/test.ts".length)}`;
  const [first = "", ...rest] = argv;
  return [basename(first), ...rest].join(" ").slice(0, 60);
}

/**
 * Which program listens on a TCP port of this machine's loopback; undefined where the system does not show it.
 * @param {number} port
 * @returns {Program | undefined}
 */
function listenerOn(port) {
  if (process.platform !== "linux") return undefined;
  const sockets = new Set(["tcp", "tcp6"].flatMap((table) => listeningSockets(table, port)));
  if (sockets.size === 0) return undefined;
  const found = listProcesses().find(({ pid }) => socketsOf(pid).some((socket) => sockets.has(socket)));
  return found && commandOf(found.pid);
}

/**
 * @param {string} table of /proc/net
 * @param {number} port
 */
function listeningSockets(table, port) {
  const listening = "0A";
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  try {
    return readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(suffix) && state === listening)
      .map((fields) => `socket:[${fields[9]}]`);
  } catch {
    return [];
  }
}

/**
 * @param {number} pid
 * @returns {string[]} empty for another user's process
 */
function socketsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

/** @param {string} path */
function linkOf(path) {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

/**
 * A simulator that a rehearsal started is the rehearsal to the user.
 * @param {number} pid
 * @returns {Program}
 */
function commandOf(pid) {
  const { parent } = statOf(pid);
  const name = nameOf(argvOf(pid));
  const parentName = parent > 1 ? nameOf(argvOf(parent)) : "";
  return parentName.startsWith("npm run lab ") ? { pid: parent, name: parentName } : { pid, name };
}

/**
 * Refuses with an error that lists every port in use, its owner, and the option that changes it.
 * @param {readonly { port: number, option: string }[]} wanted
 */
export async function requireFreePorts(wanted) {
  const problems = [];
  for (const [index, { port, option }] of wanted.entries()) {
    const other = wanted.slice(0, index).find((each) => port !== 0 && each.port === port);
    const problem = other ? `is that of ${other.option} too` : await portProblem(port);
    if (problem) problems.push({ text: `port ${port} (${option}) ${problem}`, option });
  }
  if (problems.length === 0) return;
  const options = [...new Set(problems.map(({ option }) => option))].join(" and ");
  const end = problems.some(({ text }) => text.includes(" is used by ")) ? "end that program, or " : "";
  throw new Refusal(
    `${problems.map(({ text }) => text).join("; ")}. Fix: ${end}choose ${problems.length > 1 ? "other ports" : "another port"} with ${options}`,
  );
}

/** @param {number} port */
async function portProblem(port) {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "ERR_SOCKET_BAD_PORT") return "does not exist: the highest is 65535";
    if (code === "EACCES") return "is only for the system's administrator";
    if (code !== "EADDRINUSE") return `cannot be served (${message})`;
    const user = listenerOn(port);
    return user ? `is used by ${user.name} (process ${user.pid})` : "is used by another program";
  }
  server.close();
  await once(server, "close");
  return undefined;
}
