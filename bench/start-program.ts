import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface StartedProgram {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts a program of this folder that sends the port it listens on; rejects when it ends instead. */
export async function startProgram(program: string, targetPort?: number): Promise<StartedProgram> {
  const child = fork(
    join(import.meta.dirname, program),
    targetPort === undefined ? [] : [String(targetPort)],
  );
  const [message] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`${program} ended with ${code}`))),
  ])) as [{ port: number }];
  return { child, port: message.port };
}
