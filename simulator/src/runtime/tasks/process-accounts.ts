import { signalGroup } from "./container-process.ts";
import { type CpuQuota, createCpuQuota } from "./cpu-quota.ts";
import { knowsProcessTimes, listSessions, usageOf } from "./process-times.ts";
import { type ContainerUsage, startAllowanceMs } from "./runtime.ts";

/** Interval of the search for additional processes of containers, which reads all processes of the machine. */
const searchMs = 1_000;

/** Usage and limits of the containers of child processes. */
export interface ProcessAccounts {
  /**
   * Opens the account of a container by its first process, which leads its session; undefined where the system does not
   * report usage.
   */
  open(pid: number, cpu: TaskCpu): ProcessAccount;
  close(): void;
}

interface TaskCpu {
  /** Id shared by its containers. */
  readonly task: string;
  readonly units: number;
}

export interface ProcessAccount {
  /** Limits it to its share from now on, if not yet: it has started. */
  hold(): void;
  usage(): ContainerUsage | undefined;
  /** Releases it before it is asked to end, so that it does so at full speed, and when it has ended. */
  release(): void;
}

/**
 * Creates accounts; without a share there are no limits. Throws an error if there is a share and the system does not
 * report the usage of processes.
 */
export function createProcessAccounts(vcpuShare: number | undefined): ProcessAccounts {
  const isTold = knowsProcessTimes();
  if (vcpuShare !== undefined && !isTold)
    throw new Error(
      "a share of a core per vCPU needs Linux's /proc, which this system lacks: leave it out, or run tasks as containers of Docker",
    );
  const sessions = createSessions();
  const quotas = vcpuShare === undefined ? undefined : createTaskQuotas(vcpuShare, sessions);
  return {
    open(pid, cpu) {
      let highest = 0;
      return {
        ...(quotas?.open(pid, cpu) ?? { hold() {}, release() {} }),
        usage() {
          if (!isTold) return undefined;
          const { cpuNs, memoryBytes } = usageOf(sessions.membersOf(pid));
          highest = Math.max(highest, cpuNs);
          return { cpuNs: highest, memoryBytes };
        },
      };
    },
    close: () => quotas?.close(),
  };
}

type Sessions = ReturnType<typeof createSessions>;

function createSessions() {
  let sessions = new Map<number, number[]>();
  let searchedAt = Number.NEGATIVE_INFINITY;
  const search = () => {
    sessions = listSessions();
    searchedAt = performance.now();
  };
  return {
    search,
    membersOf(leader: number): readonly number[] {
      if (performance.now() - searchedAt > searchMs) search();
      return sessions.get(leader) ?? [leader];
    },
  };
}

/** Limits each task, with all of its containers, to its part of the share. */
function createTaskQuotas(vcpuShare: number, sessions: Sessions) {
  const quotas = new Map<string, TaskQuota>();
  const follow = () => {
    if (quotas.size > 0) sessions.search();
    for (const { quota, pids } of quotas.values())
      for (const pid of pids) quota.follow(pid, sessions.membersOf(pid));
  };
  const searching = setInterval(follow, searchMs).unref();
  const quotaOf = (task: string, units: number): TaskQuota => {
    const cores = (units / 1024) * vcpuShare;
    const found = quotas.get(task) ?? {
      quota: createCpuQuota({ cores, signal: signalGroup }),
      pids: new Set(),
    };
    quotas.set(task, found);
    return found;
  };
  return {
    open(pid: number, { task, units }: TaskCpu): Pick<ProcessAccount, "hold" | "release"> {
      let held: TaskQuota | undefined;
      let isReleased = false;
      const hold = () => {
        clearTimeout(starting);
        if (held || isReleased) return;
        held = quotaOf(task, units);
        held.quota.admit(pid);
        held.pids.add(pid);
      };
      const starting = setTimeout(hold, startAllowanceMs).unref();
      return {
        hold,
        release() {
          isReleased = true;
          clearTimeout(starting);
          held?.quota.release(pid);
          held?.pids.delete(pid);
          if (held?.pids.size === 0) quotas.delete(task);
        },
      };
    },
    close() {
      clearInterval(searching);
    },
  };
}

interface TaskQuota {
  readonly quota: CpuQuota;
  /** First processes of its containers. */
  readonly pids: Set<number>;
}
