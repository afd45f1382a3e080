import { spawn } from "node:child_process";
import { type CpuQuota, createCpuQuota } from "./cpu-quota.ts";
import { listSessions, tellsProcessTimes, usageOf } from "./process-times.ts";
import type { ContainerUsage } from "./runtime.ts";

/** How often it is looked for what containers have started beside their first processes: a look at all of the machine. */
const searchMs = 1_000;

/** What the containers of child processes use of the machine, and what they may. */
export interface ProcessAccounts {
  /** Of a container by its first process, which leads its session; undefined where the system does not tell. */
  open(pid: number, cpu: { readonly task: string; readonly units: number }): ProcessAccount;
  close(): void;
}

export interface ProcessAccount {
  usage(): ContainerUsage | undefined;
  /** Before it is asked to end, so that it does so at its own speed, and when it has ended. */
  release(): void;
}

/**
 * Without a share nothing is held. Throws a sentence where a share is wanted and the system does not tell what processes
 * use.
 */
export function createProcessAccounts(vcpuShare: number | undefined): ProcessAccounts {
  const isTold = tellsProcessTimes();
  if (vcpuShare !== undefined && !isTold)
    throw new Error(
      "a share of a core per vCPU needs Linux's /proc, which this system lacks: leave it out, or run tasks as containers of Docker",
    );
  const quotas = new Map<string, { quota: CpuQuota; pids: Set<number> }>();
  const guard = vcpuShare === undefined ? undefined : startGuard();
  let sessions = new Map<number, number[]>();
  let searchedAt = Number.NEGATIVE_INFINITY;
  const membersOf = (pid: number) => {
    if (performance.now() - searchedAt > searchMs) {
      sessions = listSessions();
      searchedAt = performance.now();
    }
    return sessions.get(pid) ?? [pid];
  };
  const quotaOf = (task: string, units: number, share: number) => {
    const cores = (units / 1024) * share;
    const found = quotas.get(task) ?? {
      quota: createCpuQuota({ cores, signal: signalGroup }),
      pids: new Set(),
    };
    quotas.set(task, found);
    return found;
  };
  const searching =
    vcpuShare === undefined
      ? undefined
      : setInterval(() => {
          for (const { quota, pids } of quotas.values())
            for (const pid of pids) quota.follow(pid, membersOf(pid));
        }, searchMs).unref();

  return {
    open(pid, { task, units }) {
      const held = vcpuShare === undefined ? undefined : quotaOf(task, units, vcpuShare);
      guard?.watch(pid);
      held?.quota.admit(pid);
      held?.pids.add(pid);
      let highest = 0;
      return {
        usage() {
          if (!isTold) return undefined;
          const { cpuNs, memoryBytes } = usageOf(membersOf(pid));
          highest = Math.max(highest, cpuNs);
          return { cpuNs: highest, memoryBytes };
        },
        release() {
          held?.quota.release(pid);
          held?.pids.delete(pid);
          if (held?.pids.size === 0) quotas.delete(task);
        },
      };
    },
    close() {
      clearInterval(searching);
      guard?.dismiss();
    },
  };
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * A shell that outlives the simulator, however that ends, to let go on what it has stopped, for a stopped process does
 * not see that it is to end. It waits for the end of its standard input; in a session of its own, out of reach of a
 * terminal's Ctrl-C.
 */
function startGuard() {
  const script = 'while read -r group; do set -- "$@" "-$group"; done; kill -s CONT -- "$@"';
  const shell = spawn("/bin/sh", ["-c", script, "guard"], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  shell.unref();
  return {
    watch: (group: number) => void shell.stdin.write(`${group}\n`),
    dismiss: () => void shell.kill("SIGKILL"),
  };
}
