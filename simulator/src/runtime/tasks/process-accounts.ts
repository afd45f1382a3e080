import { signalGroup } from "./container-process.ts";
import { cpuTimeOf, knowsProcessTimes, listSessions, usageOf, waitedMsOf } from "./process-times.ts";
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
 * Creates accounts; without a share they have no limits. Throws an error if there is a share and the system does not
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
          const { cpuNs, ...others } = usageOf(sessions.membersOf(pid));
          highest = Math.max(highest, cpuNs);
          return { cpuNs: highest, ...others };
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
      const beganAt = performance.now();
      const holdOnceStarted = () => {
        // Time in which it was kept from running does not count.
        const leftMs = startAllowanceMs - (performance.now() - beganAt) + waitedMsOf([pid]);
        if (leftMs < leastCheckMs) hold();
        else starting = setTimeout(holdOnceStarted, leftMs).unref();
      };
      let starting = setTimeout(holdOnceStarted, startAllowanceMs).unref();
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

/** The kernel's usual period of a CPU quota, and Docker's: the maximum wait of a task that has used up its share. */
const periodMs = 100;
/** The minimum time between two checks of a task that is near its quota; excess time is taken from its next periods. */
const leastCheckMs = 5;
const nsPerMs = 1e6;

/** Limits processes together to a share of the machine's CPU time. */
interface CpuQuota {
  /** Counts and limits a process group from now on, identified by its first process; earlier usage is not counted. */
  admit(group: number): void;
  /** Releases a group permanently, because it is about to end or has ended. */
  release(group: number): void;
  /** Adds processes of a group to the first one. */
  follow(group: number, pids: readonly number[]): void;
}

interface CpuQuotaOptions {
  /** CPU seconds per second. */
  readonly cores: number;
  /** Sends a signal to a whole group; a missing one is not an error. */
  readonly signal: (group: number, name: "SIGSTOP" | "SIGCONT") => void;
}

/**
 * Works like the kernel's CFS bandwidth control: each period starts with a new quota of CPU time, the rest of the last
 * one is lost, and processes that have used it up are stopped until the next one. Processes cannot notice SIGSTOP;
 * requests to them wait in their sockets meanwhile.
 */
function createCpuQuota({ cores, signal }: CpuQuotaOptions): CpuQuota {
  const quotaNs = cores * periodMs * nsPerMs;
  const groups = new Map<number, LimitedGroup>();
  let leftNs = quotaNs;
  let periodEnd = 0;
  let isHeld = false;
  let timer: NodeJS.Timeout | undefined;

  const refill = (now: number) => {
    if (now < periodEnd) return;
    const periods = 1 + Math.floor((now - periodEnd) / periodMs);
    periodEnd += periods * periodMs;
    leftNs = Math.min(quotaNs, leftNs + periods * quotaNs);
  };
  const hold = (isToHold: boolean) => {
    if (isHeld === isToHold) return;
    isHeld = isToHold;
    for (const group of groups.keys()) signal(group, isHeld ? "SIGSTOP" : "SIGCONT");
  };
  const look = () => {
    const now = performance.now();
    for (const group of groups.values()) leftNs -= takeUsed(group);
    refill(now);
    hold(leftNs <= 0);
    const untilSpent = isHeld ? periodMs : leftNs / nsPerMs;
    const untilNext = Math.min(periodEnd - now, untilSpent);
    timer = setTimeout(look, Math.max(leastCheckMs, untilNext));
    timer.unref();
  };

  return {
    admit(group) {
      if (groups.size === 0) {
        leftNs = quotaNs;
        periodEnd = performance.now() + periodMs;
        timer = setTimeout(look, leastCheckMs);
        timer.unref();
      }
      groups.set(group, { pids: [group], usedNs: cpuTimeOf([group]) });
      if (isHeld) signal(group, "SIGSTOP");
    },
    follow(group, pids) {
      const known = groups.get(group);
      if (known) known.pids = [group, ...pids.filter((pid) => pid !== group)];
    },
    release(group) {
      if (!groups.delete(group)) return;
      if (isHeld) signal(group, "SIGCONT");
      if (groups.size > 0) return;
      clearTimeout(timer);
      isHeld = false;
    },
  };
}

interface LimitedGroup {
  pids: readonly number[];
  usedNs: number;
}

/** Returns the CPU time of a group since the last call. */
function takeUsed(group: LimitedGroup): number {
  const before = group.usedNs;
  // Time of an ended process is not counted any more.
  group.usedNs = Math.max(before, cpuTimeOf(group.pids));
  return group.usedNs - before;
}
