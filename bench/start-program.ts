import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { startAndHear } from "./run-program.ts";

export interface StartedProgram {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts a program of this folder that sends the port it listens on; `ends` stops it. */
export async function startProgram(
  ends: DisposableStack,
  program: string,
  argument?: number,
): Promise<StartedProgram> {
  const { child, message } = await startAndHear<{ port: number }>(
    join(import.meta.dirname, program),
    argument === undefined ? [] : [String(argument)],
  );
  ends.defer(() => child.kill());
  return { child, port: message.port };
}
