import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import type { StepProcess } from "../runner/jobs/run-context.ts";
import { runProcess } from "../runner/steps/run-process.ts";
import { writePrograms } from "./left-out.ts";
import { planMounts } from "./mounts.ts";
import { type Namespace, openNamespace } from "./namespace.ts";
import { createNetworkProxy, type NetworkAccess } from "./network-proxy.ts";

export interface SandboxOptions {
  /** For what belongs to the sandbox; the caller removes it. */
  directory: string;
  /** Folders in which steps write: that of all runs. Steps see them at the same path. */
  writable: readonly string[];
  /**
   * Files and folders that steps read although they are in a home, in /tmp or in a writable folder: this package, Git
   * objects that their checkouts borrow, folders of the runner whose Git settings a step must not change.
   */
  readable: readonly string[];
  network: NetworkAccess;
  /** Ports of 127.0.0.1 that steps may reach: of the simulated AWS. */
  ports: readonly number[];
  /** The simulated AWS, whose tasks and functions run programs of the repository as well. */
  account?: { directory: string; port: number; readable: readonly string[] } | undefined;
  /** A load balancer's port P is served on 127.0.0.1:(P + this). */
  listenerOffset?: number;
  /** Environment of the runner's machine so far: listed variables only (`machineEnvironment`). */
  environment: Readonly<Record<string, string>>;
  /** Programs that stand before the machine's in PATH, by name: the text of a script with its first line. */
  programs: Readonly<Record<string, string>>;
  /** "never" keeps to environment and proxy, as on a system without namespaces. */
  namespaces?: "if-possible" | "never";
}

/** Why a host was not reached, and when last (`Date.now()`). */
export type RefusedHosts = ReadonlyMap<string, { readonly why: string; readonly at: number }>;

export interface Sandbox {
  /** Folder in `environment` of which each job gets one of its own, as on GitHub: `home` and `tmp`. */
  jobFolder: string;
  environment: Record<string, string>;
  wrap(process: StepProcess): StepProcess;
  /** Isolates the simulated AWS from this machine, and from steps. */
  wrapAccount(process: StepProcess): StepProcess;
  /** Decides whether steps, and programs of this machine, reach a port of the simulated AWS. */
  sharePort(port: number, isShared: boolean): Promise<void>;
  /** Sentences for the user: what protects here, and what does not. More can follow while steps run. */
  notes: readonly string[];
  /** Hosts that steps did not reach, by name. */
  refused: RefusedHosts;
}

/** Opens the environment in which steps of a repository that the user may not know run. Closed by `ends`. */
export async function openSandbox(given: SandboxOptions, ends: AsyncDisposableStack): Promise<Sandbox> {
  const options = { ...given, environment: { ...registryOfUser(given.environment), ...given.environment } };
  const folders = await createFolders(options);
  const refused = new Map<string, { why: string; at: number }>();
  const served = new Set<number>();
  const listeners = { served, offset: options.listenerOffset ?? 0 };
  const onRefused = (host: string, why: string) => void refused.set(host, { why, at: Date.now() });
  const proxy = createNetworkProxy({ ...options, listeners, onRefused });
  ends.defer(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const notes: string[] = [];
  const isolated = await tryNamespaces(options, folders, notes, ends);
  const namespace = isolated?.steps;
  if (namespace) namespace.proxy.server.on("connection", (socket) => proxy.emit("connection", socket));
  const port = namespace?.proxy.port ?? (await listen(proxy));
  if (namespace) notes.unshift(...protectedNotes(options, namespace));
  return {
    jobFolder: dirname(folders.home),
    environment: environmentOf(options, folders, port),
    wrap: namespace?.wrap ?? limitProcesses(countTasks() + 4000),
    wrapAccount: isolated?.account?.wrap ?? ((process) => process),
    async sharePort(shared, isShared) {
      // First on this machine, where another program may have it.
      await isolated?.account?.servePort(shared);
      served[isShared ? "add" : "delete"](shared);
      await namespace?.sharePort(shared, isShared);
    },
    ...{ notes, refused },
  };
}

/** Steps do not see the user's settings of npm, whose registry may be the only one that this network reaches. */
function registryOfUser({
  npm_config_userconfig: file = join(homedir(), ".npmrc"),
}: Readonly<Record<string, string>>) {
  const settings = existsSync(file) ? readFileSync(file, "utf8") : "";
  const registry = /^registry *= *(https?:\/\/[^\s@]+)$/m.exec(settings)?.[1];
  return registry && { npm_config_registry: registry };
}

async function listen(proxy: Server): Promise<number> {
  proxy.listen(0, "127.0.0.1").unref();
  await once(proxy, "listening");
  return (proxy.address() as AddressInfo).port;
}

/** Undefined where the system does not allow namespaces, or where a step cannot start in one. */
async function tryNamespaces(
  { writable, readable, ports, account, environment, namespaces }: SandboxOptions,
  folders: Folders,
  notes: string[],
  ends: AsyncDisposableStack,
): Promise<{ steps: Namespace; account: Namespace | undefined } | undefined> {
  const own = new AsyncDisposableStack();
  try {
    if (namespaces === "never") throw new Error("namespaces are switched off");
    const shared = { environment, onNote: (sentence: string) => notes.push(sentence) };
    const { home, temporary, programs } = folders;
    const path = pathOf(environment);
    const mounts = planMounts({
      ...{ temporary, writable: [home, temporary, folders.cache, ...writable] },
      ...{ readable: [programs, ...readable], path },
    });
    const steps = await openNamespace({ ...shared, mounts }, own);
    await Promise.all(ports.map((port) => steps.sharePort(port, true)));
    await tryStep(steps, home, environment);
    // Ports are shared later, too.
    ends.use(own);
    if (!account) return { steps, account };
    const { directory, port } = account;
    const place = { temporary: directory, writable: [directory], readable: account.readable, path };
    const other = await openNamespace({ ...shared, mounts: planMounts(place) }, own);
    await other.servePort(port);
    await tryStep(other, directory, environment);
    other.proxy.server.close();
    return { steps, account: other };
  } catch (error) {
    await own.disposeAsync();
    const reason = (error as Error).message.replace(/\.$/, "");
    notes.push(
      `This system does not isolate the steps: ${reason}.`,
      "Steps, tasks and functions can read and change every file that you can, also by the path of your home folder.",
      "Programs that ignore HTTPS_PROXY can reach the network, services of this machine, and AWS, if they have keys.",
      "Steps can signal your other processes. As root, a step that forks without end can stop this machine.",
      "A program that a step starts by its path, such as /usr/bin/npm, runs itself, not its replacement.",
    );
    return undefined;
  }
}

/** Limits the processes and threads of this user, other programs included. Root has no limit. */
function limitProcesses(count: number): Sandbox["wrap"] {
  const shell = ["bash", "--norc", "-c", `ulimit -u ${count} 2> /dev/null; exec "$@"`, "step"];
  return ({ command, ...process }) => ({ ...process, command: [...shell, ...command] });
}

function countTasks(): number {
  const count = (pid: string) => {
    try {
      return statSync(`/proc/${pid}`).uid === process.getuid?.()
        ? readdirSync(`/proc/${pid}/task`).length
        : 0;
    } catch {
      return 0;
    }
  };
  const pids = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  return pids.reduce((sum, pid) => sum + count(pid), 0);
}

/** Rejects if a step cannot reach the proxy, or if it cannot execute Node.js. */
async function tryStep({ wrap, proxy }: Namespace, directory: string, { PATH = "" }: Record<string, string>) {
  const lines: string[] = [];
  const script = `exec 3<>/dev/tcp/127.0.0.1/${proxy.port} && exec "$0" --version`;
  const { command, ...rest } = wrap({
    command: ["bash", "-c", script, process.execPath],
    ...{ directory, environment: { PATH } },
  });
  const code = await runProcess({
    ...{ ...rest, command: command[0] ?? "", arguments: command.slice(1) },
    ...{ onLine: (line) => lines.push(line), signal: new AbortController().signal, groups: new Set() },
  });
  if (code !== 0) throw new Error(lines.at(-1) ?? `a first step ended with code ${code}`);
}

type Folders = Awaited<ReturnType<typeof createFolders>>;

async function createFolders({ directory, programs, readable, writable }: SandboxOptions) {
  const folders = {
    ...{ home: join(directory, "job/home"), temporary: join(directory, "job/tmp") },
    ...{ programs: join(directory, "programs"), cache: join(directory, "cache") },
  };
  // The runner makes these later, where steps could write.
  const later = readable.filter((path) => writable.some((folder) => path.startsWith(`${folder}/`)));
  for (const folder of [...Object.values(folders), ...later]) await mkdir(folder, { recursive: true });
  await writePrograms(folders.programs, programs);
  return folders;
}

/** The folders of npm's scripts are the user's project, not the runner's machine. Node.js comes last. */
const pathOf = ({ PATH = "" }: Readonly<Record<string, string>>) =>
  [
    ...PATH.split(":").filter(
      (folder) => folder.startsWith("/") && !/\/node_modules\/|node-gyp-bin/.test(`${folder}/`),
    ),
    dirname(process.execPath),
  ].join(":");

function environmentOf(options: SandboxOptions, folders: Folders, port: number): Record<string, string> {
  const values: Record<string, string> = {
    ...{ HOME: folders.home, TEMPORARY: folders.temporary, PROGRAMS: folders.programs },
    CACHE: folders.cache,
    ...{ PROXY: `http://127.0.0.1:${port}`, PORT: String(port) },
  };
  const own = parse(readFileSync(new URL("environment.yaml", import.meta.url), "utf8")) as Record<
    string,
    string
  >;
  const fill = (text: string) => text.replace(/^[A-Z]{4,}\b|\bPORT\b/g, (word) => values[word] ?? word);
  return {
    ...options.environment,
    ...Object.fromEntries(Object.entries(own).map(([name, text]) => [name, fill(text)])),
    PATH: `${folders.programs}:${pathOf(options.environment)}`,
  };
}

function protectedNotes(
  { network, writable, account }: SandboxOptions,
  { writable: left }: Namespace,
): string[] {
  const reach = {
    none: "Steps reach no network.",
    registries: "Steps reach package and image registries through a proxy, and no other host.",
    all: "Steps reach hosts through a proxy, by their names; programs that ignore HTTPS_PROXY reach none.",
  };
  return [
    `Steps run isolated: they see an empty home instead of ${homedir()}, and write only in ${writable.join(", ")}.`,
    `${reach[network]} No step reaches AWS.`,
    account
      ? "Tasks and functions run isolated as well, and reach only the simulated AWS."
      : "Docker isolates the tasks. A function that a workflow creates in Lambda can do what you can.",
    "A step can use all memory and all disk space of this machine.",
    ...left.map((path) => `${path} cannot be made read-only here.`),
  ];
}
