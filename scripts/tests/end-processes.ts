import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { statOf } from "../../program/src/processes.mjs";

/**
 * Kills the processes of a test run, whatever their group or session: `root` with all its descendants and, where there
 * is /proc, all with the run's temporary folder in their environment, and orphans that work there. Each process is
 * stopped first, so that it starts no other during the search.
 */
export function endProcesses(root: number | undefined, folder: string): void {
  // Without a folder, every process would match.
  if (!/\/tests-\w{6}$/.test(folder)) throw new Error(`${folder} is not the temporary folder of a test run`);
  const stopped = new Set<number>();
  for (;;) {
    const processes = listProcesses(folder);
    const roots = processes.filter(({ pid, inFolder }) => pid === root || inFolder || stopped.has(pid));
    const found = new Set(roots.map(({ pid }) => pid));
    for (const pid of found) for (const each of processes) if (each.parent === pid) found.add(each.pid);
    const fresh = [...found].filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      stopped.add(pid);
      signal(pid, "SIGSTOP");
    }
  }
  for (const pid of stopped) signal(pid, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has ended, or is another user's.
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly inFolder: boolean;
}

function listProcesses(folder: string): Process[] {
  return process.platform === "linux" ? readProc(folder) : readPs();
}

function readProc(folder: string): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (Number.isNaN(pid) || pid === process.pid) return [];
    const stat = attempt(() => statOf(pid));
    if (!stat || stat.state === "Z" || stat.state === "X") return [];
    return [{ pid, parent: stat.parent, inFolder: isIn(folder, name, stat.parent === 1) }];
  });
}

function isIn(folder: string, name: string, isOrphan: boolean): boolean {
  if (attempt(() => readFileSync(`/proc/${name}/environ`, "utf8"))?.includes(folder)) return true;
  return isOrphan && attempt(() => readlinkSync(`/proc/${name}/cwd`))?.startsWith(folder) === true;
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    // The process has ended, or is another user's.
    return undefined;
  }
}

function readPs(): Process[] {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    return { pid, parent, inFolder: false };
  });
}
