import type { StepContext } from "../../core/context.ts";
import { formatDuration } from "../../core/duration.ts";
import { counted } from "../../core/summary.ts";
import type { FailedTask } from "../../ecs/failed-task.ts";
import { shortRevision } from "../../ecs/revision.ts";

/** Shortest default: a program that cannot start ends within seconds, one without its database within a minute. */
const leastMs = 60_000;
/** Longest default. */
const mostMs = 5 * 60_000;

/**
 * Returns for how many milliseconds tasks have to stay up: the input settle-for, else as long as the old tasks are kept.
 * Stages before all traffic has shifted do not settle.
 */
export function settleTimeOf(given: number | undefined, until: string, keptMs: number): number {
  if (["registered", "started", "ready"].includes(until)) return 0;
  if (given !== undefined) return given;
  return until === "complete" ? Math.min(mostMs, Math.max(leastMs, keptMs)) : leastMs;
}

interface Seen {
  /** All tasks run and are healthy. */
  readonly serves: boolean;
  /** Something is unhealthy. Tasks that are missing after a scale-out are not. */
  readonly fails: boolean;
  /** Number of tasks that failed since the clock began. */
  readonly failed: number;
  /** The time from which tasks that serve now count as up. */
  readonly upSince: number;
}

/**
 * Returns a clock of the time for which tasks have stayed up; it returns the milliseconds that are left. After a failure
 * it begins again when all tasks serve, so that a crash loop faster than the settle time never settles.
 */
export function createUpClock(settleMs: number): (now: number, seen: Seen) => number {
  let since: number | undefined;
  let failures = 0;
  return (now, { serves, fails, failed, upSince }) => {
    if (fails || failed > failures) since = undefined;
    failures = failed;
    if (serves && !fails) since ??= upSince;
    return since === undefined ? settleMs : Math.max(0, Math.min(settleMs, since + settleMs - now));
  };
}

/** AWS shows stopped tasks for an hour, so polls may be rare; they find unhealthy targets while old tasks still exist. */
const longestPauseMs = 20_000;

/** Returns the milliseconds until the next poll: a third of the settle time, and its end exactly. */
export function pauseOf(settleMs: number, leftMs: number): number {
  const pause = Math.min(settleMs / 3, longestPauseMs);
  return leftMs > 0 ? Math.min(pause, leftMs) : pause;
}

/** Returns whether the latest failure is so recent, compared with the pauses before it, that another one is due. */
export function isCrashLoop(failed: readonly Pick<FailedTask, "stoppedAt">[], now: number): boolean {
  const times = failed.map(({ stoppedAt }) => stoppedAt);
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return pauses.length > 0 && now - (times.at(-1) ?? 0) <= 2 * Math.max(...pauses);
}

/** Adds the result to the record, and warns of failed tasks. `unseen`: reads that AWS denied. */
export function noteSettled(
  { log }: StepContext,
  record: { settled: string; notes: string[] },
  { settleMs, maxFailedTasks, revision }: { settleMs: number; maxFailedTasks: number; revision: string },
  { running, failed, unseen = [] }: { running: number; failed: number; unseen?: Iterable<string> },
): void {
  const blind = [...unseen].join(", ");
  const result = `stayed up for ${formatDuration(settleMs)}, ${counted(running, "task")}, ${failed} failed`;
  record.settled = blind ? `${result}; not seen: ${blind}` : result;
  if (failed === 0) return;
  const note = `${counted(failed, "task")} of ${shortRevision(revision)} failed; ${maxFailedTasks} would be an error (max-failed-tasks).`;
  record.notes.push(note);
  log.warning(note);
}
