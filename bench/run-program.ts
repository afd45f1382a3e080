import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Starts a program in a separate process and waits for its first message; rejects when it ends instead. */
async function startAndHear<Message>(
  program: string,
  programArguments: readonly string[],
): Promise<{ child: ChildProcess; message: Message }> {
  const child = fork(program, [...programArguments]);
  const ended = once(child, "exit").then(([code]) =>
    Promise.reject(new Error(`${program} ended with ${code}`)),
  );
  const [message] = (await Promise.race([once(child, "message"), ended])) as [Message];
  // The process ends later, when its end no longer matters here.
  ended.catch(() => {});
  return { child, message };
}

/** Runs a program with these options to its end and returns the message it sends. */
export async function runProgram<Result>(program: string, options: object): Promise<Result> {
  const { child, message } = await startAndHear<Result>(program, [JSON.stringify(options)]);
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return message;
}

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

export type Load = {
  readonly url: string;
  readonly connections: number;
  /** Text that every response must contain, if any; a response without it counts as failed. */
  readonly expected?: string;
} & ({ readonly seconds: number } | { readonly requests: number });

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answered: number;
  /** Statuses outside 2xx, lost connections, timeouts and unexpected bodies. */
  readonly failed: number;
}

/** Requests a page continuously on every connection. Rejects when a response failed or none arrived. */
export async function applyLoad(load: Load): Promise<LoadResult> {
  const result = await runProgram<LoadResult>(join(import.meta.dirname, "http-load.ts"), load);
  if (result.failed > 0 || result.answered === 0)
    throw new Error(
      `${load.url} under load: ${result.failed} requests failed and ${result.answered} were answered${load.expected ? ` with "${load.expected}" in the page` : ""}; its figures would mean nothing`,
    );
  return result;
}

export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Returns a process's resident memory in MB of 10^6 bytes. Reads /proc, so it works on Linux only. */
export async function residentMb({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined)
    throw new Error(`/proc/${pid}/status does not tell VmRSS: the process has ended`);
  return (Number(kibibytes) * 1024) / 1e6;
}
