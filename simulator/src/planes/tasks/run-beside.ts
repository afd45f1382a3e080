import { type ContainerProcess, startProcess } from "./container-process.ts";
import type { Command } from "./executable.ts";
import { type ExecResult, execOutputKept } from "./runtime.ts";

/** What shells and container runtimes answer for a command that is not there. */
const notFound = 127;

export interface ProcessSetting {
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Throws when there is no such command. */
  readonly find: (argv: readonly string[]) => Command;
}

/**
 * Runs a command where a container's process runs, as an exec does in a container. The task's own ports are told to
 * it, so that it finds on its loopback what the task serves there (see listen-on-loopback.cjs).
 */
export async function runBeside(
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
  // What the container was told of its ports when it started, overruled by what is known now.
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
