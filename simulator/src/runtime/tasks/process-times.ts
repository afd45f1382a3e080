import { readdirSync, readFileSync } from "node:fs";
import type { ContainerUsage } from "./runtime.ts";

/** Fields of /proc/<pid>/stat after the name in brackets, from 0 (proc(5)). */
const field = { session: 3, userTime: 11, systemTime: 12, waitedUserTime: 13, waitedSystemTime: 14 };
/** Nanoseconds per tick: 100 ticks a second on every system that Node runs on (USER_HZ). */
const nsPerTick = 1e7;
/** Unit of the sizes in statm, on x86-64 and on most of arm64. */
const pageBytes = 4096;

/** Returns whether this system reports the usage of processes; only Linux does so in files. */
export function knowsProcessTimes(): boolean {
  return readText("/proc/self/stat") !== undefined;
}

/** The processes of each session, by the process that began it. */
export function listSessions(): Map<number, number[]> {
  const sessions = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const session = Number.isInteger(pid) ? Number(statOf(pid)?.[field.session]) : Number.NaN;
    if (session > 0) sessions.set(session, [...(sessions.get(session) ?? []), pid]);
  }
  return sessions;
}

/** Returns a process of this container and its descendants; empty if its process is on another machine. */
export function processesOfContainer(pid: number, id: string): number[] {
  return readText(`/proc/${pid}/cgroup`)?.includes(id) ? withDescendants(pid) : [];
}

function withDescendants(pid: number): number[] {
  const children = readNames(`/proc/${pid}/task`).flatMap((thread) =>
    (readText(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => withDescendants(Number(child)))];
}

/**
 * Returns nanoseconds of CPU used by processes and their waited-for children: never too many, up to two ticks each too
 * few.
 */
export function cpuTimeOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(statOf(pid), "all") * nsPerTick, 0);
}

/**
 * Returns the same to the nanosecond, which takes longer, and the processes' private memory; without ended processes.
 */
export function usageOf(pids: readonly number[]): ContainerUsage {
  return {
    cpuNs: pids.reduce((sum, pid) => sum + preciseCpuTimeOf(pid), 0),
    memoryBytes: pids.reduce((sum, pid) => sum + ownMemoryOf(pid), 0),
    waitedMs: waitedMsOf(pids),
  };
}

function preciseCpuTimeOf(pid: number): number {
  const stat = statOf(pid);
  const threads = schedulesOf(pid).reduce((sum, [ranNs = 0]) => sum + ranNs, 0);
  // Ended threads are only in the process's ticks, and not every kernel keeps schedstat.
  return (
    Math.max(threads, ticksOf(stat, "own") * nsPerTick) +
    (ticksOf(stat, "all") - ticksOf(stat, "own")) * nsPerTick
  );
}

/** Returns the longest time that one thread of the processes was ready to run, but had no core. */
export function waitedMsOf(pids: readonly number[]): number {
  return Math.max(0, ...pids.flatMap((pid) => schedulesOf(pid).map(([, waitedNs = 0]) => waitedNs / 1e6)));
}

/** Returns nanoseconds that each thread ran, and that it waited for a core (Linux, sched-stats). */
function schedulesOf(pid: number): number[][] {
  return readNames(`/proc/${pid}/task`).map((thread) =>
    (readText(`/proc/${pid}/task/${thread}/schedstat`) ?? "").split(" ").map(Number),
  );
}

/** Without the pages of files, like a cgroup's usage without its cache. */
function ownMemoryOf(pid: number): number {
  const [, resident = 0, shared = 0] = (readText(`/proc/${pid}/statm`) ?? "").split(" ").map(Number);
  return (resident - shared) * pageBytes;
}

function ticksOf(stat: readonly string[] | undefined, whose: "own" | "all"): number {
  if (!stat) return 0;
  const own = Number(stat[field.userTime]) + Number(stat[field.systemTime]);
  if (whose === "own") return own;
  return own + Number(stat[field.waitedUserTime]) + Number(stat[field.waitedSystemTime]);
}

function statOf(pid: number): string[] | undefined {
  const text = readText(`/proc/${pid}/stat`);
  // The name may hold spaces and brackets itself.
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** The kernel generates these files in memory: reading blocks for microseconds, less than a turn of the loop. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
