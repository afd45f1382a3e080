import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { endWithThisProcess } from "@ecs-delivery/simulator/orphan-guard";

interface ProcessRequest {
  command: string;
  arguments: string[];
  directory: string;
  environment: Record<string, string>;
  /** An open file as its standard input; none by default. */
  stdin?: number | undefined;
  onLine: (line: string) => void;
  /** Receives each line of a pipe that the process gets as file 3; without it, the pipe does not exist. */
  onFile?: ((line: string) => void) | undefined;
  /** Receives the process's id; the returned function is called at its end. */
  watch?: (pid: number) => () => void;
  /** Cancels: SIGINT, then SIGTERM, then SIGKILL. */
  signal: AbortSignal;
  /** Contains the process's group as long as any process is in it. */
  groups: Set<number>;
}

// Same intervals as GitHub's runner: src/Runner.Sdk/ProcessInvoker.cs, _sigintTimeout and _sigtermTimeout.
const interruptPatienceMs = 7500;
const terminatePatienceMs = 2500;

/** Runs a process to its end. Resolves to its exit code, or 128 + n if signal n ended it, as in a shell. */
export async function runProcess(request: ProcessRequest): Promise<number> {
  const child = spawn(request.command, request.arguments, {
    cwd: request.directory,
    env: request.environment,
    stdio: [request.stdin ?? "ignore", "pipe", "pipe", ...(request.onFile ? ["pipe" as const] : [])],
    detached: true,
  });
  await once(child, "spawn").catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`cannot start '${request.command}': ${cause.message}`, { cause });
  });
  const group = child.pid as number;
  request.groups.add(group);
  endWithThisProcess(child);
  const unwatch = request.watch?.(group);
  const [, ...streams] = child.stdio as Readable[];
  const read = streams.map((input, index) =>
    createInterface({ input }).on("line", index < 2 ? request.onLine : (request.onFile ?? (() => {}))),
  );
  const timers: NodeJS.Timeout[] = [];
  const cancel = () => {
    child.kill("SIGINT");
    timers.push(setTimeout(() => child.kill("SIGTERM"), interruptPatienceMs));
    timers.push(setTimeout(() => endGroup(group), interruptPatienceMs + terminatePatienceMs));
  };
  if (request.signal.aborted) cancel();
  else request.signal.addEventListener("abort", cancel, { once: true });
  const closed = Promise.all(read.map((lines) => once(lines, "close")));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  unwatch?.();
  request.signal.removeEventListener("abort", cancel);
  for (const timer of timers) clearTimeout(timer);
  // A process left in the background may hold the pipes open; what it writes later belongs to no step.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, pipePatienceMs).unref())]);
  for (const lines of read) lines.close();
  if (!isAlive(group)) request.groups.delete(group);
  return code ?? 128 + signalNumber(signal);
}

// Time to read the output of a finished process that has not been read yet.
const pipePatienceMs = 1000;

function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** Ends the remaining processes of a process group. */
export function endGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal ? (constants.signals[signal] ?? 0) : 0;
}
