import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { endWithThisProcess } from "../../orphan-guard.ts";

/** A process that left the container's group may keep its output open forever; its output is not waited for longer. */
const outputAfterExitMs = 1_000;

export interface ContainerProcessOptions {
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
  const kill = () => killGroup(pid);
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

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // The whole group is gone already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
