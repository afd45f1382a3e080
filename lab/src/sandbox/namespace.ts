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

/** Listens in the network namespace that it runs in, and sends the server to the parent process. */
const listenScript = `
const server = require("node:net").createServer().listen(process.argv[1], "127.0.0.1", () => {
  process.send(server.address().port, server, () => process.exit());
});`;

/** Passes clients of the parent process's servers on to the same ports of the network namespace that it runs in. */
const serveScript = `
const { connect } = require("node:net");
process.on("message", (port, server) => server.on("connection", (outside) => {
  require("node:stream").pipeline(outside, connect({ port, host: "127.0.0.1" }), outside, () => {});
}));
process.on("disconnect", process.exit);`;

interface NamespaceOptions {
  mounts: readonly MountAction[];
  environment: Readonly<Record<string, string>>;
  /** Receives a sentence when all processes were ended because there were too many. */
  onNote(sentence: string): void;
}

export interface Namespace {
  /** Decides whether steps reach a port of this machine at the same address. */
  sharePort(port: number, isShared: boolean): Promise<void>;
  /** Lets programs of this machine reach a port of the namespace at the same address. */
  servePort(port: number): Promise<void>;
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
  const enter = [programs.nsenter, ...target];
  const shared = new Map<number, ReturnType<typeof listenInside>>();
  const proxy = await listenInside(enter, 0, ends);
  let outside: ReturnType<typeof openOutside> | undefined;
  const identity = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  const namespaces = ["--mount", "--ipc", `--pid=/proc/${holder.pid}/ns/pid_for_children`, "--"];
  const shell = [programs.bash, "--norc", "-c", stepScript, "step", mostProcesses];
  // A second user namespace: its processes have no right to change the mounts of the first.
  const inner = [programs.unshare, "--user", ...identity, "--"];
  // A shell ignores SIGINT for a child in the background.
  const withSignals = [programs.env, "--default-signal=INT,QUIT", "--"];
  return {
    writable,
    proxy,
    async servePort(port) {
      outside ??= openOutside(enter, ends);
      await outside(port);
    },
    async sharePort(port, isShared) {
      const known = shared.get(port);
      if (isShared && !known) {
        const opening = listenInside(enter, port, ends);
        shared.set(port, opening);
        bridge((await opening).server, port);
      } else if (!isShared && known) {
        shared.delete(port);
        (await known).server.close();
      }
    },
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

/** Resolves to a server of the namespace; port 0 selects a free one. */
async function listenInside(enter: readonly string[], wanted: number, ends: AsyncDisposableStack) {
  const [command = "", ...flags] = enter;
  const program = [process.execPath, "-e", listenScript, String(wanted)];
  const child: ChildProcess = spawn(command, [...flags, "--", ...program], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: {},
  });
  const errors = text(child.stderr as NodeJS.ReadableStream);
  let listening: { port: number; server: Server } | undefined;
  child.on("message", (port, server) => {
    listening = { port: port as number, server: (server as Server).unref() };
  });
  await once(child, "close");
  if (!listening) throw new Error((await errors).trim().split("\n", 1)[0]);
  const { server } = listening;
  ends.defer(() => void server.close());
  return listening;
}

/** A server belongs to the network namespace that it was made in, whichever process accepts its clients. */
function openOutside(enter: readonly string[], ends: AsyncDisposableStack): Namespace["servePort"] {
  const [command = "", ...flags] = enter;
  const child: ChildProcess = spawn(command, [...flags, "--", process.execPath, "-e", serveScript], {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: {},
  });
  ends.defer(() => void child.kill("SIGKILL"));
  const served = new Set<number>();
  return async (port) => {
    if (served.has(port)) return;
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    served.add(port);
    // Clients that connect before would get no answer.
    await new Promise((resolve) => child.send(port, server, () => server.close(resolve)));
  };
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
