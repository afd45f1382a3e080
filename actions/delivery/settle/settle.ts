import { formatDuration } from "../../core/duration.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import { counted } from "../../core/summary.ts";
import type { FailedTask } from "../../ecs/failed-task.ts";
import { keepFailed, type Replacement } from "../diagnosis/watch-tasks.ts";
import type { Snapshot } from "../engine.ts";
import { type DeploymentRecord, hasReached } from "../record.ts";
import { createSightReader, type Sight, type SightContext, type Unseen } from "./sight.ts";
import { createUpClock, isCrashLoop, noteSettled, pauseOf } from "./up-clock.ts";

/** `off`: the new tasks do not serve yet. `waiting`: they have to stay up for longer. */
export type SettleState = "off" | "waiting" | "settled" | "failing";

export type Settling = Omit<ReturnType<typeof createSettling>, "leftMs" | "running">;

interface Terms extends Omit<Replacement, "startedBy"> {
  readonly settleMs: number;
  readonly maxFailedTasks: number;
  readonly alarms?: readonly string[];
  readonly record: Pick<DeploymentRecord, "failedTasks" | "notes" | "settled">;
  /** No deployment began these tasks just now: they may have been up for long, or be in a crash loop. */
  readonly ranBefore?: boolean;
}

/** Parts of a deployment that show how far it is. */
type Course = Pick<Snapshot, "status" | "ended" | "stage" | "near" | "startedBy" | "createdAt">;

/** ECS starts new tasks after a scale-out or a host's end within this time. */
const backMs = 2 * 60_000;
/** A target that stays unhealthy for longer had more than one slow response. */
const unhealthyMs = 60_000;

/** Checks that the tasks of a revision stay up, from the moment when they serve. */
export function createSettling(context: SightContext, terms: Terms) {
  const { settleMs, maxFailedTasks, record, ranBefore = false } = terms;
  const unseen: Unseen = new Set();
  const { look, alarmsSince } = createSightReader(context, unseen);
  /** Tasks that had failed before the settle time; undefined until it begins. */
  let earlier: ReadonlySet<string> | undefined;
  let dueAt = 0;
  let isUp = false;
  const newOnes = (tasks: readonly FailedTask[]) =>
    tasks.filter(({ taskId }) => earlier?.has(taskId) === false);

  const settling = {
    /** Names the fault, for a cause. */
    why: "",
    triggeredAlarms: [] as readonly string[],
    /** Whether AWS's own deployment has succeeded. */
    hasEnded: false,
    leftMs: settleMs,
    running: 0,
    /** When the tasks will have stayed up, in milliseconds since the epoch. */
    endsAt: 0,
    /** Milliseconds until the next poll is due. */
    pauseMs: () => Math.max(shortestPauseMs, dueAt - context.clock.now()),
    /** Polls AWS when that is due. `reached`: only the settle time is waited for. */
    async poll(course: Course, reached: boolean): Promise<SettleState> {
      settling.hasEnded = course.ended === "succeeded";
      const serves = settling.hasEnded || hasReached(course.stage, "traffic-shifted");
      // In a rolling update, all new tasks run while the load balancer still drains the old ones.
      if (!serves && (course.near !== "complete" || course.status !== "IN_PROGRESS")) return "off";
      const now = context.clock.now();
      const isLast = reached && settling.leftMs === 0;
      if (now < dueAt && !isLast && (earlier || !serves)) return earlier ? "waiting" : "off";
      // Set before the reads, so that AWS is not asked faster when they fail.
      dueAt = now + pauseOf(settleMs, settling.leftMs);
      const sight = await look({ ...terms, startedBy: course.startedBy }, reached || !isUp);
      isUp = earlier !== undefined && !sight.missing;
      // The check of production reports that the deployment was replaced, or that the service was scaled to zero.
      const { revision, service } = sight.service;
      if (reached && (revision !== terms.revision || service.desiredCount === 0)) {
        earlier = undefined;
        return "settled";
      }
      if (!serves && !earlier && (sight.missing || sight.isShared)) return "off";
      const isLoop = sight.failed.length >= maxFailedTasks && isCrashLoop(sight.failed, now);
      earlier ??= new Set(ranBefore && isLoop ? [] : sight.failed.map(({ taskId }) => taskId));
      keepFailed(context, record, sight.failed);
      const state = judge(sight, newOnes(sight.failed).length, now, reached);
      dueAt = now + (settling.leftMs === 0 && !reached ? slowMs : pauseOf(settleMs, settling.leftMs));
      // AWS itself watches the alarms while its deployment is in progress.
      if (state === "failing" || !course.ended) return state;
      settling.triggeredAlarms = await alarmsSince(terms.alarms ?? [], course.createdAt);
      return settling.triggeredAlarms.length > 0 ? fail("an alarm went off") : state;
    },
    /** Adds the result to the record, and warns of failed tasks. */
    report(): void {
      if (!earlier) return;
      const failed = newOnes(record.failedTasks).length;
      noteSettled(context, record, terms, { running: settling.running, failed, unseen });
    },
  };
  const fail = (why: string): SettleState => {
    settling.why = `${why} within the settle time of ${formatDuration(settleMs)}`;
    return "failing";
  };
  const judge = createJudge(terms, settling, fail);
  return settling;
}

/** Returns a function that decides from the tasks' present and former state. */
function createJudge(
  { settleMs, maxFailedTasks, ranBefore }: Terms,
  settling: { why: string; leftMs: number; endsAt: number; running: number },
  fail: (why: string) => SettleState,
) {
  const clock = createUpClock(settleMs);
  const since = { unhealthy: createSince(), missing: createSince() };
  return (sight: Sight, failed: number, now: number, reached: boolean): SettleState => {
    const { missing, unhealthy, running } = sight;
    // Without a failure in the last hour, tasks that ran before have stayed up since their start.
    const startedAt = sight.upSince ?? now - settleMs;
    const upSince = ranBefore && sight.failed.length === 0 ? Math.min(now, startedAt) : now;
    const leftMs = clock(now, { serves: !missing, fails: unhealthy !== "", failed, upSince });
    const why = missing || `the tasks have not yet stayed up for ${formatDuration(settleMs)}`;
    Object.assign(settling, { running, leftMs, endsAt: now + leftMs, why });
    if (failed >= maxFailedTasks) return fail(`${counted(failed, "task")} failed`);
    if (since.unhealthy(unhealthy, now) >= Math.min(unhealthyMs, settleMs / 2)) return fail(unhealthy);
    if (since.missing(sight.isStarting ? "" : missing, now) >= backMs && reached) return fail(missing);
    return leftMs === 0 && reached && !missing ? "settled" : "waiting";
  };
}

/** Once the tasks have stayed up, they are still watched until AWS is done. */
const slowMs = 5 * 60_000;
/** Clocks may be read a little before a wait is over. */
const shortestPauseMs = 10;

/** Returns a function that returns for how many milliseconds a text has not been empty. */
function createSince(): (text: string, now: number) => number {
  let since: number | undefined;
  return (text, now) => {
    since = text ? (since ?? now) : undefined;
    return since === undefined ? -1 : now - since;
  };
}

/** State of a service whose deployment has ended. */
export const endedCourse = (startedBy: string | undefined) =>
  ({
    ...{ status: "ENDED", ended: "succeeded", stage: "complete", near: "complete" },
    ...{ startedBy, createdAt: undefined },
  }) as const satisfies Course;

/** Waits until the tasks of an ended deployment have stayed up; `waiting` when the deadline passes before. */
export async function awaitSettled(
  context: SightContext,
  settling: Settling,
  course: Course,
  deadlineAt: number,
): Promise<SettleState> {
  const { clock, signal } = context;
  const ask = createPatience(context);
  for (;;) {
    const state = (await ask(() => settling.poll(course, true))) ?? "waiting";
    if (state === "settled") settling.report();
    if (state !== "waiting" || clock.now() >= deadlineAt) return state;
    await clock.wait(settling.pauseMs(), signal);
  }
}
