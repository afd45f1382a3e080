import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { processesOfContainer, usageOf } from "../process-times.ts";
import {
  type ContainerExit,
  type ContainerUsage,
  type ExecResult,
  execOutputKept,
  type TaskContainer,
} from "../runtime.ts";
import { type Engine, EngineError, unlessGone } from "./engine.ts";
import { removeContainer } from "./leftovers.ts";

export interface StartedContainer extends TaskContainer {
  readonly id: string;
  /** Address in the network of containers; undefined when it shares another's. */
  readonly ipAddress: string | undefined;
  /** Resolves when the engine has removed it. */
  readonly removed: Promise<void>;
}

interface StartOptions {
  readonly onLine: (line: string) => void;
  /** Called as soon as it has ended, before its last lines are passed on. */
  readonly onExit: () => void;
}

interface ContainerView {
  readonly State: { readonly OOMKilled: boolean; readonly Pid: number };
  readonly NetworkSettings: { readonly Networks: Record<string, { readonly IPAddress: string }> };
}

/** Message of the ECS agent (aws/amazon-ecs-agent, agent/engine/errors.go). */
const outOfMemory = "OutOfMemoryError: Container killed due to memory usage";
const sigkilled = 137;

/** Creates and starts a container, which the engine removes soon after its end. */
export async function startContainer(
  engine: Engine,
  settings: object,
  options: StartOptions,
): Promise<StartedContainer> {
  const { Id: id } = await engine.call<{ Id: string }>("POST", "/containers/create", { body: settings });
  const look = () => engine.call<ContainerView>("GET", `/containers/${id}/json`);
  try {
    // Both are opened before the start, so that neither the first line nor a quick end is missed.
    const [output, end] = await Promise.all([
      engine.stream("POST", `/containers/${id}/attach`, { query: { stream: "1", stdout: "1", stderr: "1" } }),
      engine.stream("POST", `/containers/${id}/wait`, { query: { condition: "next-exit" } }),
    ]);
    const read = readLines(output, options.onLine).catch(() => {});
    await engine.call("POST", `/containers/${id}/start`);
    const view = await look();
    const exited = waitForExit(end, options.onExit, read, look);
    return {
      id,
      ipAddress: Object.values(view.NetworkSettings.Networks)[0]?.IPAddress || undefined,
      exited,
      removed: exited.then(() => removeContainer(engine, id)).catch(() => {}),
      kill: () => void signal(engine, id, "SIGKILL").catch(() => {}),
      usage: () => readUsage(engine, id, view.State.Pid),
      exec: (command, timeoutMs) => execIn(engine, id, command, timeoutMs),
      stop: (name, timeoutMs) => stop(engine, id, name, timeoutMs, exited),
    };
  } catch (error) {
    await removeContainer(engine, id);
    throw error;
  }
}

async function waitForExit(
  end: NodeJS.ReadableStream,
  onExit: () => void,
  read: Promise<void>,
  look: () => Promise<ContainerView>,
): Promise<ContainerExit> {
  try {
    const { StatusCode } = (await json(end as never)) as { StatusCode: number };
    onExit();
    const isOutOfMemory = StatusCode === sigkilled && (await wasOutOfMemory(look));
    await read;
    return isOutOfMemory ? { exitCode: StatusCode, reason: outOfMemory } : { exitCode: StatusCode };
  } catch (error) {
    // The state is unknown without the engine: the task counts as killed.
    onExit();
    await read;
    return { exitCode: sigkilled, reason: `the Docker engine does not answer: ${(error as Error).message}` };
  }
}

/** On a busy machine the engine records the cause after the exit: containerd reports them as separate events. */
async function wasOutOfMemory(look: () => Promise<ContainerView>): Promise<boolean> {
  for (let reads = 0; reads < 5; reads++) {
    if ((await look()).State.OOMKilled) return true;
    await delay(100);
  }
  return false;
}

async function signal(engine: Engine, id: string, name: string): Promise<void> {
  await unlessGone(engine.call("POST", `/containers/${id}/kill`, { query: { signal: name } }));
}

async function stop(
  engine: Engine,
  id: string,
  name: string,
  timeoutMs: number,
  exited: Promise<ContainerExit>,
): Promise<ContainerExit> {
  await signal(engine, id, name);
  const timer = setTimeout(() => void signal(engine, id, "SIGKILL").catch(() => {}), timeoutMs);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}

interface StatsView {
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  /** Empty when the container has ended meanwhile. */
  readonly memory_stats: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}

/**
 * Returns a container's usage; undefined when it is gone. The engine reports the memory of its cgroup. The CPU time is
 * that of its own processes if they are this machine's: with a fast clock, health checks, which the cgroup counts too,
 * would be a large part of it.
 * @param pid the container's first process, as the engine's machine counts
 */
async function readUsage(engine: Engine, id: string, pid: number): Promise<ContainerUsage | undefined> {
  // One reading, without the engine's second of waiting for a figure to compare with.
  const query = { stream: "false", "one-shot": "true" };
  try {
    const stats = await engine.call<StatsView>("GET", `/containers/${id}/stats`, { query });
    const { usage = 0, stats: details = {} } = stats.memory_stats;
    // Memory that "docker stats" subtracts: the cache, under its name in cgroup 2 or cgroup 1.
    const cache = details.inactive_file ?? details.total_inactive_file ?? 0;
    const own = processesOfContainer(pid, id);
    const { cpuNs, ...others } =
      own.length > 0 ? usageOf(own) : { cpuNs: stats.cpu_stats.cpu_usage.total_usage };
    return { cpuNs, ...others, memoryBytes: Math.max(0, usage - cache) };
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** Exit code of shells and container runtimes for a missing command. */
const notFound = 127;

/** Runs a command in a running container. */
async function execIn(
  engine: Engine,
  container: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const { Id: id } = await engine.call<{ Id: string }>("POST", `/containers/${container}/exec`, {
    body: { Cmd: command, AttachStdout: true, AttachStderr: true },
  });
  const output = await engine
    .stream("POST", `/exec/${id}/start`, { body: { Detach: false, Tty: false } })
    .catch((error) => {
      if (error instanceof EngineError) return error;
      throw error;
    });
  if (output instanceof EngineError) return { exitCode: notFound, output: output.message };
  let written = "";
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    output.destroy();
  }, timeoutMs);
  await readPieces(output, (piece) => {
    if (written.length < execOutputKept) written += piece.toString();
  }).catch((error) => {
    if (!timedOut) throw error;
  });
  clearTimeout(timer);
  const { ExitCode, Pid } = await engine.call<{ ExitCode: number | null; Pid: number }>(
    "GET",
    `/exec/${id}/json`,
  );
  if (timedOut) await killExec(container, Pid);
  return {
    exitCode: timedOut ? undefined : (ExitCode ?? undefined),
    output: written.slice(0, execOutputKept),
  };
}

/** The API cannot end an exec. Its process is one of this machine and is killed if permissions allow; else it stays. */
async function killExec(container: string, pid: number): Promise<void> {
  const groups = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
  if (!groups.includes(container)) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!["EPERM", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/**
 * Each piece is preceded by its stream (1 standard output, 2 standard error), three zeros and its length
 * (ContainerAttach).
 */
const headerLength = 8;

/** Splits an engine's stream of a container's two outputs; resolves when it ends. */
async function readPieces(
  stream: Readable,
  onPiece: (piece: Buffer, from: "stdout" | "stderr") => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headerLength) {
      const end = headerLength + rest.readUInt32BE(4);
      if (rest.length < end) break;
      onPiece(rest.subarray(headerLength, end), rest[0] === 2 ? "stderr" : "stdout");
      rest = rest.subarray(end);
    }
  }
}

/** The same, line by line; the last line needs no line break. */
async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const ended = Object.values(outputs).map((input) =>
    once(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine), "close"),
  );
  try {
    await readPieces(stream, (piece, from) => void outputs[from].write(piece));
  } finally {
    for (const output of Object.values(outputs)) output.end();
    await Promise.all(ended);
  }
}
