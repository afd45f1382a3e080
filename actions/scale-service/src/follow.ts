import type { Task } from "@aws-sdk/client-ecs";
import { formatDuration } from "../../core/duration.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import { findFailedTasks } from "../../delivery/diagnosis/watch-tasks.ts";
import { createReader, hasHealthChecks, type Unseen } from "../../delivery/settle/sight.ts";
import { createUpClock } from "../../delivery/settle/up-clock.ts";
import { type FailedTask, logStopped } from "../../ecs/failed-task.ts";
import { startedByOf } from "../../ecs/service.ts";
import { eventLines } from "../../ecs/task-causes.ts";
import type { ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import { type Progress, poll, type Range } from "./poll.ts";
import { hasReached, type ScaleRecord, stages } from "./record.ts";
import type { Subject } from "./subject.ts";

/** A service on its way to the requested count. */
export interface Scaling {
  readonly context: ScaleContext;
  readonly inputs: ScaleInputs;
  readonly record: ScaleRecord;
  readonly subject: Subject;
  readonly range: Range | undefined;
  readonly watch: TaskWatch;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  readonly deadlineAt: number;
}

export interface Ending {
  /**
   * Moved: somebody else set the count. Replaced: a deployment took over. Failing: too many tasks stop unexpectedly.
   */
  readonly kind: "reached" | "deadline" | "failing" | "moved" | "replaced";
  readonly progress: Progress;
}

/** Where the count stays, all tasks serve at the first poll or the next. */
const fastestMs = 500;

/**
 * Where nothing settles, a good poll may still be the last before a task fails, so another one has to confirm it after
 * this many milliseconds.
 */
const holdMs = {
  /** A health check has passed several times already. */
  vouched: 2_000,
  /** Only RUNNING is known of the tasks; programs that cannot start end within seconds. */
  unvouched: 15_000,
};

/** Polls the service until it has the wanted stage and keeps it, or cannot; the last poll is at the deadline. */
export async function follow(scaling: Scaling): Promise<Ending> {
  const { context, inputs, subject, range, deadlineAt } = scaling;
  const pace = createPace(Math.random, fastestMs);
  const ask = createPatience(context);
  const hold = holdMs[isVouchedFor(subject) ? "vouched" : "unvouched"];
  const settles = settleTimeOf(inputs) > 0;
  const settleMs = settles ? settleTimeOf(inputs) : hold;
  const up = createUpClock(settleMs);
  let leftMs = settleMs;
  for (let known: Progress | undefined; ; ) {
    const overdue = context.clock.now() >= deadlineAt;
    const progress = await ask(() => poll(context, inputs, subject, { range, read: scaling.watch.read }));
    const news = progress ? logProgress(scaling, known, progress) : false;
    known = progress ?? known;
    const now = context.clock.now();
    if (progress) {
      const early = await ask(() => endsEarly(scaling, progress));
      if (early) return { kind: early, progress };
      const isReached = hasReached(progress.stage, inputs.waitUntil);
      // The load balancer may drain former tasks while the others settle.
      const serves = settles ? progress.serves : isReached;
      leftMs = up(now, { serves, fails: !serves, failed: scaling.watch.failedSince(), upSince: now });
      if (isReached && (leftMs === 0 || progress.desired === 0)) return { kind: "reached", progress };
    }
    if (overdue && known && (settles || leftMs === settleMs)) return { kind: "deadline", progress: known };
    const pause = progress ? pace.next(news) : pace.slowest();
    const left = leftMs === settleMs || leftMs === 0 ? deadlineAt - now : leftMs;
    await context.clock.wait(left > 0 ? Math.min(pause, left) : pause, context.signal);
  }
}

/** Returns for how many milliseconds the tasks have to serve; only the stage serving settles. */
export function settleTimeOf({ waitUntil, settleMs }: ScaleInputs): number {
  return waitUntil === "serving" ? settleMs : 0;
}

function isVouchedFor({ groups, containers }: Subject): boolean {
  return groups.length > 0 || hasHealthChecks(containers);
}

async function endsEarly(
  { inputs, watch }: Scaling,
  { desired, isReplaced }: Progress,
): Promise<Ending["kind"] | undefined> {
  if (inputs.desiredCount !== undefined && desired !== inputs.desiredCount) return "moved";
  if (isReplaced) return "replaced";
  return (await watch.poll()) ? "failing" : undefined;
}

/** Logs what is new and keeps it on the record. Returns whether there was anything. */
function logProgress(scaling: Scaling, known: Progress | undefined, now: Progress): boolean {
  const { context, record, requestedAt } = scaling;
  const at = context.clock.now() - requestedAt;
  const lines = [...newEvents(scaling, now)];
  if (known?.stage !== now.stage || known.missing !== now.missing)
    lines.push(now.missing ? `${now.stage}: ${now.missing}` : now.stage);
  for (const line of lines) context.log.info(`${formatDuration(at).padStart(12)}  ${line}`);
  const { desired, running } = now;
  record.now = { desired, running };
  noteStages(record, now, at);
  return lines.length > 0;
}

/** A stage that is lost has to be reached again. */
function noteStages(record: ScaleRecord, { stage }: Progress, at: number): void {
  for (const each of stages)
    if (!hasReached(stage, each)) delete record.durations[each];
    else record.durations[each] ??= each === "requested" ? 0 : Math.round(at);
}

function newEvents({ record, subject }: Scaling, { service }: Progress): string[] {
  const before = new Set(subject.running.service.events?.map(({ id }) => id));
  const since = (service.events ?? []).filter(({ id }) => !before.has(id)).toReversed();
  const lines = since.slice(record.serviceEvents.length).map(({ message = "" }) => message);
  record.serviceEvents = eventLines(since.toReversed());
  return lines;
}

type TaskWatch = Awaited<ReturnType<typeof watchTasks>>;

/**
 * Watches for tasks in production that stop unexpectedly from now on. A service that lacked tasks from the beginning may
 * lack them because of earlier failures.
 */
export async function watchTasks(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  { running }: Subject,
) {
  const { service, revision, production } = running;
  const startedBy = startedByOf(running);
  const unseen: Unseen = new Set();
  const read = createReader(context, unseen);
  const known = new Map<string, Task>();
  const find = async () => {
    const search = () => findFailedTasks(context, { ...inputs, revision, startedBy }, known);
    return (await read("stopped tasks", "ecs:ListTasks", search)) ?? [];
  };
  const before = await find();
  const old = new Set(
    production.runningCount < (service.desiredCount ?? 0) ? [] : before.map(({ taskId }) => taskId),
  );
  const isOld = ({ taskId }: FailedTask) => old.has(taskId);
  const reported = new Set(before.map(({ taskId }) => taskId));
  let failedSince = 0;
  return {
    /** Returns whether it failed before the watch began, and has nothing to do with scaling. */
    isOld,
    read,
    unseen,
    failedSince: () => failedSince,
    /** Polls again, logs each new one, and returns whether there are too many. */
    async poll(): Promise<boolean> {
      const failed = await find();
      for (const [index, task] of failed.entries()) {
        if (reported.has(task.taskId)) continue;
        reported.add(task.taskId);
        failedSince += 1;
        logStopped(context.log, failed.slice(0, index + 1));
      }
      if (failed.length > 0) record.failedTasks = failed.filter((task) => !isOld(task));
      return failedSince >= inputs.maxFailedTasks;
    },
  };
}
