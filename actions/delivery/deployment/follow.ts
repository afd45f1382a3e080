import { formatDuration } from "../../core/duration.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import type { DeliveryContext } from "../context.ts";
import type { RunningDeployment, Snapshot } from "../engine.ts";
import { type DeploymentRecord, hasReached, reach, type Stage } from "../record.ts";
import { createFollowPace } from "./follow-pace.ts";

export interface Following {
  readonly context: DeliveryContext;
  readonly record: DeploymentRecord;
  readonly running: RunningDeployment;
  readonly until: Stage;
  /** When the deployment was created, and the snapshot known so far. */
  readonly createdAt: number;
  readonly known: Snapshot | undefined;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Called at every poll; true stops following. */
  readonly shouldStop: (snapshot: Snapshot) => Promise<boolean>;
  readonly signal: AbortSignal | undefined;
}

export type Ending = {
  readonly kind: "reached" | "ended" | "deadline" | "stopped";
  readonly snapshot: Snapshot;
};

/**
 * Polls the deployment until its stage is reached, it ends, or the deadline has passed; the last poll is at the
 * deadline.
 */
export async function follow(following: Following): Promise<Ending> {
  const { context, running, until, deadlineAt, signal } = following;
  const pauseAfter = createFollowPace(until, { drainMs: running.drainMs });
  const ask = createPatience(context);
  let { known } = following;
  for (;;) {
    const overdue = context.clock.now() >= deadlineAt;
    const snapshot = await ask(() => running.poll(signal));
    const news = snapshot ? logProgress(following, known, snapshot) : false;
    known = snapshot ?? known;
    if (snapshot?.ended) return { kind: "ended", snapshot };
    if (snapshot && hasReached(snapshot.stage, until)) return { kind: "reached", snapshot };
    const failedBefore = following.record.failedTasks.length;
    if (snapshot && (await following.shouldStop(snapshot))) return { kind: "stopped", snapshot };
    if (overdue && known) return { kind: "deadline", snapshot: known };
    const crashed = following.record.failedTasks.length > failedBefore;
    const pause = pauseAfter(snapshot, { news, crashed }, context.clock.now());
    const left = deadlineAt - context.clock.now();
    await context.clock.wait(left > 0 ? Math.min(pause, left) : pause, signal);
  }
}

/** Logs what is new and keeps it on the record. Returns whether there was anything. */
export function logProgress(
  { context, record, createdAt }: Pick<Following, "context" | "record" | "createdAt">,
  known: Snapshot | undefined,
  now: Snapshot,
): boolean {
  const news = changes(known, now);
  const at = context.clock.now() - createdAt;
  for (const line of news) context.log.info(`${formatDuration(at).padStart(12)}  ${line}`);
  record.events = now.events;
  reach(record, now.stage, context.clock.now());
  const { traffic } = now;
  const last = record.traffic.at(-1);
  if (traffic && (last?.blue !== traffic.blue || last.green !== traffic.green))
    record.traffic.push({ atMs: Math.round(at), ...traffic });
  return news.length > 0;
}

/** Lists what is new since the last poll, one line each. */
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
