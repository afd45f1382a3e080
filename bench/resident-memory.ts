import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";

/** Returns a process's resident memory in MB of 10^6 bytes. Reads /proc, so it works on Linux only. */
export async function residentMb({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined)
    throw new Error(`/proc/${pid}/status does not tell VmRSS: the process has ended`);
  return (Number(kibibytes) * 1024) / 1e6;
}
