import { isThrottled } from "../../../shared/aws-errors.ts";
import { formatDuration } from "../../../shared/duration.ts";
import { createPace } from "../../../shared/pace.ts";
import type { World } from "../clients.ts";
import { type DeploymentRecord, type Stage, stages } from "../record.ts";
import { isFinal, readSnapshot, type Snapshot, stageOf } from "./snapshot.ts";

export interface Following {
  readonly world: World;
  readonly record: DeploymentRecord;
  readonly deploymentId: string;
  readonly until: Stage;
  /** When the deployment was created, and what is known of it already. */
  readonly createdAt: number;
  readonly known: Snapshot | undefined;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  /** Asked at every look: true ends the following. */
  readonly shouldStop: (snapshot: Snapshot) => Promise<boolean>;
  readonly signal: AbortSignal | undefined;
}

export type Ending = {
  readonly kind: "reached" | "ended" | "deadline" | "stopped";
  readonly snapshot: Snapshot;
};

/** Looks at the deployment until its stage is reached, it ends, or the deadline has passed; the last look is at the deadline. */
export async function follow(following: Following): Promise<Ending> {
  const { world, record, deploymentId, until, deadlineAt, signal } = following;
  const pace = createPace();
  let { known } = following;
  for (;;) {
    const overdue = world.clock.now() >= deadlineAt;
    const snapshot = await look(world, deploymentId, signal);
    const news = snapshot ? changes(known, snapshot) : [];
    const at = world.clock.now() - following.createdAt;
    for (const line of news) world.log.info(`${formatDuration(at).padStart(12)}  ${line}`);
    if (snapshot) keep(record, snapshot, at);
    known = snapshot ?? known;
    if (snapshot && isFinal(snapshot)) return { kind: "ended", snapshot };
    if (snapshot && stages.indexOf(stageOf(snapshot)) >= stages.indexOf(until))
      return { kind: "reached", snapshot };
    if (snapshot && (await following.shouldStop(snapshot))) return { kind: "stopped", snapshot };
    if (overdue && known) return { kind: "deadline", snapshot: known };
    const pause = snapshot ? pace.next(news.length > 0) : pace.slowest();
    const left = deadlineAt - world.clock.now();
    await world.clock.wait(left > 0 ? Math.min(pause, left) : pause, signal);
  }
}

async function look(world: World, deploymentId: string, signal: AbortSignal | undefined) {
  try {
    return await readSnapshot(world, deploymentId, signal);
  } catch (error) {
    if (!isThrottled(error)) throw error;
    world.log.info("AWS throttles; asking less often.");
    return undefined;
  }
}

function keep(record: DeploymentRecord, snapshot: Snapshot, atMs: number): void {
  record.events = snapshot.events;
  const last = record.traffic.at(-1);
  const { traffic } = snapshot;
  if (traffic && (last?.blue !== traffic.blue || last?.green !== traffic.green))
    record.traffic.push({ atMs: Math.round(atMs), ...traffic });
}

/** What is new since the last look, one line each. */
export function changes(before: Snapshot | undefined, now: Snapshot): string[] {
  const lines: string[] = [];
  if (before?.status !== now.status) lines.push(`deployment ${now.status}`);
  for (const event of now.events) {
    const known = before?.events.find(({ name }) => name === event.name)?.status ?? "Pending";
    if (known === event.status || event.status === "Skipped") continue;
    lines.push(`${event.name} ${event.status}${event.diagnostics ? `: ${event.diagnostics}` : ""}`);
  }
  const { traffic } = now;
  if (traffic && (before?.traffic?.blue !== traffic.blue || before.traffic.green !== traffic.green))
    lines.push(`traffic: old ${traffic.blue} %, new ${traffic.green} %`);
  return lines;
}
