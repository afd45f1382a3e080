import { type ContainerProcess, startProcess } from "./container-process.ts";
import type { Command } from "./image-files.ts";
import { type ExecResult, execOutputKept } from "./runtime.ts";

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
