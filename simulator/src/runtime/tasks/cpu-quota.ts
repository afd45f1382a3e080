import { cpuTimeOf } from "./process-times.ts";

/** The kernel's usual period of a CPU quota, and Docker's: the maximum wait of a task that has used up its share. */
const periodMs = 100;
/** The minimum time between two checks of a task that is near its quota; excess time is taken from its next periods. */
const leastCheckMs = 5;
const nsPerMs = 1e6;

/** Limits processes together to a share of the machine's CPU time. */
export interface CpuQuota {
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
export function createCpuQuota({ cores, signal }: CpuQuotaOptions): CpuQuota {
  const quotaNs = cores * periodMs * nsPerMs;
  const groups = new Map<number, { pids: readonly number[]; usedNs: number }>();
  let leftNs = quotaNs;
  let periodEnd = 0;
  let isHeld = false;
  let timer: NodeJS.Timeout | undefined;

  const takeUsed = () => {
    for (const group of groups.values()) {
      // Time of an ended process is not counted any more.
      const usedNs = Math.max(group.usedNs, cpuTimeOf(group.pids));
      leftNs -= usedNs - group.usedNs;
      group.usedNs = usedNs;
    }
  };
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
    takeUsed();
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
