import type { StepContext } from "../../core/context.ts";
import { formatDuration } from "../../core/duration.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import type { RunningDeployment, Snapshot } from "../engine.ts";
import { type DeploymentRecord, hasReached, reach, type Stage } from "../record.ts";
import type { Settling } from "../settle/settle.ts";
import { createFollowPace } from "./follow-pace.ts";

export interface Following {
  readonly record: DeploymentRecord;
  readonly running: RunningDeployment;
  readonly until: Stage;
  /** When the deployment was created, in milliseconds since the epoch. */
  readonly createdAt: number;
  /** The snapshot known so far. */
  readonly known?: Snapshot;
  /** In milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Called at every poll; true stops following. */
  readonly shouldStop?: (snapshot: Snapshot) => Promise<boolean>;
  /** Given where the stage counts only once the new tasks have stayed up. */
  readonly settling?: Settling | undefined;
}

export type Ending = {
  /** Failing: the new tasks do not stay up. */
  readonly kind: "reached" | "ended" | "deadline" | "stopped" | "failing";
  readonly snapshot: Snapshot;
};

/**
 * Polls the deployment until its stage is reached, it ends, or the deadline has passed; the last poll is at the
 * deadline. With `settling`, a success and a reached stage have to last.
 */
export async function follow(context: StepContext, following: Following): Promise<Ending> {
  const { record, running, until, createdAt, deadlineAt, shouldStop, settling } = following;
  const { clock, signal } = context;
  const pauseAfter = createFollowPace(until, { drainMs: running.drainMs });
  const ask = createPatience(context);
  let { known } = following;
  for (;;) {
    const overdue = clock.now() >= deadlineAt;
    const snapshot = known?.ended ? known : await ask(() => running.poll(signal));
    if (snapshot) logProgress(context, record, createdAt, known, snapshot);
    known = snapshot ?? known;
    if (snapshot?.ended && snapshot.ended !== "succeeded") return { kind: "ended", snapshot };
    const isReached =
      snapshot !== undefined && (snapshot.ended !== undefined || hasReached(snapshot.stage, until));
    const settled =
      settling && snapshot && ((await ask(() => settling.poll(snapshot, isReached))) ?? "waiting");
    if (snapshot && settled === "failing") return { kind: "failing", snapshot };
    if (isReached && settled !== "waiting") return { kind: snapshot.ended ? "ended" : "reached", snapshot };
    if (snapshot && settled !== "waiting" && (await shouldStop?.(snapshot)))
      return { kind: "stopped", snapshot };
    if (overdue && known) return { kind: "deadline", snapshot: known };
    // AWS's own end is not the step's before the tasks have stayed up.
    const quietUntil = Math.max(snapshot?.quietUntil ?? 0, settling?.endsAt ?? 0);
    const next = snapshot?.ended
      ? Number.POSITIVE_INFINITY
      : pauseAfter(snapshot && { ...snapshot, quietUntil }, clock.now());
    const pause = settling && settled === "waiting" ? Math.min(next, settling.pauseMs()) : next;
    const left = deadlineAt - clock.now();
    await clock.wait(left > 0 ? Math.min(pause, left) : pause, signal);
  }
}

/** Logs what is new and keeps it on the record. Returns whether there was anything. */
export function logProgress(
  { clock, log }: StepContext,
  record: DeploymentRecord,
  createdAt: number,
  known: Snapshot | undefined,
  now: Snapshot,
): boolean {
  const news = changes(known, now);
  const at = clock.now() - createdAt;
  for (const line of news) log.info(`${formatDuration(at).padStart(12)}  ${line}`);
  record.events = now.events;
  reach(record, now.stage, clock.now());
  const { traffic } = now;
  const last = record.traffic.at(-1);
  if (traffic && (last?.blue !== traffic.blue || last.green !== traffic.green))
    record.traffic.push({ atMs: Math.round(at), ...traffic });
  return news.length > 0;
}

/**
 * Lists changes since the last poll, one line each.
 * @internal
 */
export function changes(before: Snapshot | undefined, now: Snapshot): string[] {
  const lines: string[] = [];
  if (before?.status !== now.status) lines.push(`deployment ${now.status}`);
  for (const event of now.events) {
    const known = before?.events.find(({ name }) => name === event.name)?.status ?? "Pending";
    if (known === event.status || event.status === "Skipped") continue;
    lines.push(`${event.name} ${event.status}${event.diagnostics ? `: ${event.diagnostics}` : ""}`);
  }
  if (now.progress && before?.progress !== now.progress) lines.push(now.progress);
  const { traffic } = now;
  if (traffic && (before?.traffic?.blue !== traffic.blue || before.traffic.green !== traffic.green))
    lines.push(`traffic: old ${traffic.blue} %, new ${traffic.green} %`);
  return lines;
}
