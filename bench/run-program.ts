import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Text that every response must contain; a response without it counts as failed. */
  readonly expected: string;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
  readonly answered: number;
  /** Statuses outside 2xx, lost connections, timeouts and unexpected bodies. */
  readonly failed: number;
}

/** Requests a page continuously on every connection. Rejects when a response failed or none arrived. */
export async function applyLoad(load: Load): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, "http-load.ts"), [JSON.stringify(load)]);
  let result: LoadResult | undefined;
  child.once("message", (message) => {
    result = message as LoadResult;
  });
  const [code] = await once(child, "exit");
  if (!result) throw new Error(`http-load.ts ended with ${code}`);
  if (result.failed > 0 || result.answered === 0)
    throw new Error(
      `${load.url} under load: ${result.failed} requests failed and ${result.answered} were answered with "${load.expected}" in the page; its figures would mean nothing`,
    );
  return result;
}

/** Returns a process's resident memory in MB of 10^6 bytes. Reads /proc, so it works on Linux only. */
export async function residentMb({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined)
    throw new Error(`/proc/${pid}/status does not tell VmRSS: the process has ended`);
  return (Number(kibibytes) * 1024) / 1e6;
}
