import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { endWithThisProcess } from "../../orphan-guard.ts";
import type { Command } from "./image-files.ts";
import { type ExecResult, execOutputKept } from "./runtime.ts";

/** A process that left the container's group may keep its output open forever; its output is not waited for longer. */
const outputAfterExitMs = 1_000;

interface ContainerProcessOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly workingDirectory: string;
  /** The complete environment: nothing of the simulator's own is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called for each line of standard output and standard error. */
  readonly onLine: (line: string) => void;
  /** Called as soon as the process has ended, before its last lines are passed on. */
  readonly onExit: () => void;
}

export interface ContainerProcess {
  readonly pid: number;
  /** The exit code, or 128 + the number of the signal that ended it; resolves after the last line was passed on. */
  readonly exited: Promise<number>;
  /** Sends the signal, then SIGKILL if the process still runs after `timeoutMs` of real time. */
  stop(signal: NodeJS.Signals, timeoutMs: number): Promise<number>;
  kill(): void;
}

/** Starts one container's process in a separate process group; rejects when the system refuses to. */
export async function startProcess(options: ContainerProcessOptions): Promise<ContainerProcess> {
  const child = spawn(options.file, options.args, {
    cwd: options.workingDirectory,
    env: options.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  await once(child, "spawn");
  const pid = child.pid as number;
  endWithThisProcess(child);
  const kill = () => signalGroup(pid, "SIGKILL");
  // Ends all processes that a container's first process started.
  child.once("exit", kill).once("exit", options.onExit);
  const exited = waitForExit(child, options.onLine);
  return {
    pid,
    exited,
    kill,
    async stop(signal, timeoutMs) {
      child.kill(signal);
      const timer = setTimeout(kill, timeoutMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function waitForExit(
  child: ChildProcessByStdio<null, Readable, Readable>,
  onLine: (line: string) => void,
): Promise<number> {
  const outputs = [child.stdout, child.stderr].map((input) =>
    createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine),
  );
  const ended = Promise.all(outputs.map((output) => once(output, "close")));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  const timer = setTimeout(() => {
    for (const output of outputs) output.close();
    child.stdout.destroy();
    child.stderr.destroy();
  }, outputAfterExitMs);
  await ended;
  clearTimeout(timer);
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/** Sends a signal to all processes of a group, which may be gone already. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Exit code of shells and container runtimes for a missing command. */
const notFound = 127;

export interface ProcessSetting {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Throws when the command does not exist. */
  readonly find: (argv: readonly string[]) => Command;
}

/**
 * Runs a command in the place of a container's process, as an exec does in a container. It gets the task's own ports,
 * so that it can reach the task's servers on its loopback (see listen-on-loopback.cjs).
 */
export async function runAlongside(
  setting: ProcessSetting,
  argv: readonly string[],
  timeoutMs: number,
  running: Set<ContainerProcess>,
  served: ReadonlyMap<number, number>,
): Promise<ExecResult> {
  let command: Command;
  try {
    command = setting.find(argv);
  } catch (error) {
    return { exitCode: notFound, output: (error as Error).message };
  }
  let output = "";
  // Ports known when the container started, replaced by those known now.
  const known = [...served].map(([port, servedOn]) => `${port}:${servedOn}`);
  const ports = [setting.environment.SIMULATOR_TASK_PORTS, ...known].filter(Boolean).join();
  const started = await startProcess({
    ...command,
    workingDirectory: setting.workingDirectory,
    environment: { ...setting.environment, SIMULATOR_TASK_PORTS: ports },
    onLine: (line) => {
      output += `${line}\n`;
    },
    onExit: () => {},
  });
  running.add(started);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    started.kill();
  }, timeoutMs);
  const exitCode = await started.exited;
  clearTimeout(timer);
  running.delete(started);
  return { exitCode: timedOut ? undefined : exitCode, output: output.slice(0, execOutputKept) };
}
