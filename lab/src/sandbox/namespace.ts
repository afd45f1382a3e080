import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { text } from "node:stream/consumers";
import { findProgram } from "../runner/jobs/job-processes.ts";
import type { StepProcess } from "../runner/jobs/run-context.ts";
import type { MountAction } from "./mounts.ts";

const holdScript = readFileSync(new URL("hold.sh", import.meta.url), "utf8");
const stepScript = readFileSync(new URL("step.sh", import.meta.url), "utf8");

/** More processes than any build needs. */
const mostProcesses = "2000";

/** Listens in the network namespace that it runs in, and sends each server to the parent process. */
const listenScript = `
const ports = JSON.parse(process.argv[1]);
let left = ports.length;
for (const port of ports) {
  const server = require("node:net").createServer().listen(port, "127.0.0.1", () => {
    process.send(server.address().port, server, () => --left || process.exit());
  });
}`;

/** Passes clients of the parent process's servers on to the same ports of the network namespace that it runs in. */
const serveScript = `
const { connect } = require("node:net");
process.on("message", (port, server) => server.on("connection", (outside) => {
  require("node:stream").pipeline(outside, connect({ port, host: "127.0.0.1" }), outside, () => {});
}));
process.on("disconnect", process.exit);`;

interface NamespaceOptions {
  mounts: readonly MountAction[];
  /** Ports of this machine that exist in the namespace, too. */
  ports: readonly number[];
  /** Ports of the namespace that exist on this machine, too. */
  served: readonly number[];
  environment: Readonly<Record<string, string>>;
  /** Receives a sentence when all processes were ended because there were too many. */
  onNote(sentence: string): void;
}

export interface Namespace {
  wrap(process: StepProcess): StepProcess;
  /** Server on a free port of the namespace. */
  proxy: { port: number; server: Server };
  /** Mount points that could not be made read-only. */
  writable: readonly string[];
}

/**
 * Starts namespaces of users, mounts, processes and networks that last until `ends`. Rejects where the system does not
 * allow them, with its words.
 */
export async function openNamespace(
  options: NamespaceOptions,
  ends: AsyncDisposableStack,
): Promise<Namespace> {
  const programs = findPrograms(options.environment);
  const { holder, writable } = await startHolder(programs, options, ends);
  const target = [`--target=${holder.pid}`, "--user", "--net", "--preserve-credentials", "--no-fork"];
  const servers = await listenInside([programs.nsenter, ...target], options.ports, ends);
  for (const port of options.ports) bridge(servers.get(port) as Server, port);
  if (options.served.length > 0) await serveOutside([programs.nsenter, ...target], options.served, ends);
  const [proxy] = [...servers].filter(([port]) => !options.ports.includes(port));
  const identity = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  const namespaces = ["--mount", "--ipc", `--pid=/proc/${holder.pid}/ns/pid_for_children`, "--"];
  const shell = [programs.bash, "--norc", "-c", stepScript, "step", mostProcesses];
  // A second user namespace: its processes have no right to change the mounts of the first.
  const inner = [programs.unshare, "--user", ...identity, "--"];
  // A shell ignores SIGINT for a child in the background.
  const withSignals = [programs.env, "--default-signal=INT,QUIT", "--"];
  return {
    writable,
    proxy: { port: proxy?.[0] as number, server: proxy?.[1] as Server },
    wrap({ command, directory, environment }) {
      const [outside, inside] = divide(environment);
      const variables = Object.entries(inside).map(([name, value]) => `${name}=${value}`);
      return {
        command: [
          programs.nsenter,
          ...target,
          ...namespaces,
          ...shell,
          directory,
          ...inner,
          ...withSignals,
          ...variables,
          ...command,
        ],
        directory: "/",
        environment: outside,
      };
    },
  };
}

/** Returns paths, so that no step can put another program in their place. */
function findPrograms(environment: Readonly<Record<string, string>>) {
  const [unshare = "", nsenter = "", bash = "", env = ""] = ["unshare", "nsenter", "bash", "env"].map(
    (name) => {
      const path = findProgram(name, environment);
      if (!path) throw new Error(`the program '${name}' is not installed`);
      return path;
    },
  );
  return { unshare, nsenter, bash, env };
}

async function startHolder(
  programs: ReturnType<typeof findPrograms>,
  { mounts, onNote, environment }: NamespaceOptions,
  ends: AsyncDisposableStack,
) {
  const flags = ["--map-root-user", "--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child"];
  const actions = mounts.flatMap(({ action, path, from = path }) => [action, path, from]);
  // Bash reads a user's .bashrc where its standard input is a socket.
  const shell = [programs.bash, "--norc", "-c", holdScript, "sandbox", mostProcesses];
  const holder = spawn(programs.unshare, [...flags, "--", ...shell, ...actions], {
    cwd: "/",
    detached: true,
    env: { PATH: `${environment.PATH}:/usr/sbin:/sbin` },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const errors = text(holder.stderr);
  const ended = once(holder, "close");
  ends.defer(async () => {
    holder.kill("SIGKILL");
    await ended;
  });
  const writable: string[] = [];
  await new Promise<void>((ready, reject) => {
    createInterface({ input: holder.stdout }).on("line", (line) => {
      if (line === "ready") ready();
      if (line.startsWith("writable ")) writable.push(line.slice(9));
      if (line.startsWith("ended "))
        onNote(`All processes of the steps were ended, because there were ${line.slice(6)}.`);
    });
    ended.then(async () => reject(new Error((await errors).trim().split("\n", 1)[0])), reject);
  });
  return { holder, writable };
}

/** Resolves to servers of the namespace by their port: those of the ports, and one more. */
async function listenInside(enter: readonly string[], ports: readonly number[], ends: AsyncDisposableStack) {
  const [command = "", ...flags] = enter;
  const wanted = JSON.stringify([...ports, 0]);
  const child: ChildProcess = spawn(command, [...flags, "--", process.execPath, "-e", listenScript, wanted], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: {},
  });
  const servers = new Map<number, Server>();
  child.on("message", (port, server) => {
    if (server) servers.set(port as number, (server as Server).unref());
  });
  ends.defer(() => {
    for (const server of servers.values()) server.close();
  });
  const errors = text(child.stderr as NodeJS.ReadableStream);
  await once(child, "close");
  if (servers.size <= ports.length) throw new Error((await errors).trim().split("\n", 1)[0]);
  return servers;
}

/** A server belongs to the network namespace that it was made in, whichever process accepts its clients. */
async function serveOutside(enter: readonly string[], ports: readonly number[], ends: AsyncDisposableStack) {
  const [command = "", ...flags] = enter;
  const child: ChildProcess = spawn(command, [...flags, "--", process.execPath, "-e", serveScript], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: {},
  });
  ends.defer(() => void child.kill("SIGKILL"));
  for (const port of ports) {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    child.send(port, server, () => server.close());
  }
}

/** Connects each client of a server to a port of this machine. */
function bridge(server: Server, port: number): void {
  server.on("connection", (inside) => {
    pipeline(inside, connect({ port, host: "127.0.0.1" }), inside, () => {});
  });
}

/**
 * Variables that change what a program loads or executes, so that they reach only the step's own process: those that
 * glibc ignores in privileged programs (sysdeps/generic/unsecvars.h), and those of Bash.
 */
const unsafe =
  /^(LD_|MALLOC_|GLIBC_|BASH|RES_|GCONV_PATH$|GETCONF_DIR$|HOSTALIASES$|LOCALDOMAIN$|LOCPATH$|NIS_PATH$|NLSPATH$|RESOLV_HOST_CONF$|TZDIR$|ENV$|SHELLOPTS$|PS4$|POSIXLY_CORRECT$)/;

function divide(environment: Readonly<Record<string, string>>) {
  const entries = Object.entries(environment);
  const select = (side: boolean) => entries.filter(([name]) => unsafe.test(name) === side);
  return [Object.fromEntries(select(false)), Object.fromEntries(select(true))] as const;
}
