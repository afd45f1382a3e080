import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { statOf } from "@ecs-delivery/program/processes";

/**
 * Kills the processes of a test run, whatever their group or session: `root` with its descendants, all with the run's temporary folder in their environment, and orphans that work there.
 */
export function endProcesses(root: number | undefined, folder: string): void {
  // Without a folder, every process would match.
  if (!/\/tests-\w{6}$/.test(folder)) throw new Error(`${folder} is not the temporary folder of a test run`);
  // Other systems have no /proc.
  if (process.platform !== "linux") attempt(() => root && process.kill(-root, "SIGKILL"));
  else while (killAll(findProcesses(root, folder)));
}

/** Returns whether there was any: a process may start another one until it is killed. */
function killAll(found: ReadonlySet<number>): boolean {
  for (const pid of found) attempt(() => process.kill(pid, "SIGKILL"));
  return found.size > 0;
}

function findProcesses(root: number | undefined, folder: string): Set<number> {
  const running = readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const stat = Number.isNaN(pid) || pid === process.pid ? undefined : attempt(() => statOf(pid));
    return stat && !/[ZX]/.test(stat.state ?? "") ? [{ pid, parent: stat.parent }] : [];
  });
  const roots = running.filter(({ pid, parent }) => pid === root || isIn(folder, pid, parent === 1));
  const found = new Set(roots.map(({ pid }) => pid));
  // Those that are added are visited, too.
  for (const pid of found) for (const each of running) if (each.parent === pid) found.add(each.pid);
  return found;
}

function isIn(folder: string, pid: number, isOrphan: boolean): boolean {
  if (attempt(() => readFileSync(`/proc/${pid}/environ`, "utf8"))?.includes(folder)) return true;
  return isOrphan && attempt(() => readlinkSync(`/proc/${pid}/cwd`))?.startsWith(folder) === true;
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    // The process has ended, or is another user's.
    return undefined;
  }
}
