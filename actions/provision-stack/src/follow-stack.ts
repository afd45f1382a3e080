import { paginateDescribeStackEvents, type StackEvent } from "@aws-sdk/client-cloudformation";
import { formatDuration } from "../../shared/duration.ts";
import { Cancelled, Failure } from "../../shared/failure.ts";
import { createPace } from "../../shared/pace.ts";
import { describeStack } from "./stack.ts";
import type { World } from "./world.ts";

export interface Followed {
  readonly status: string;
  readonly statusReason: string | undefined;
  /** Oldest first. */
  readonly events: readonly StackEvent[];
}

export interface Target {
  readonly stackName: string;
  readonly stackId: string;
  /** Id of the newest event before the operation began; undefined for a stack that had none. */
  readonly after: string | undefined;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
}

/** Follows a stack until its operation ends; every new event is a line of the log. */
export async function followStack(world: World, target: Target): Promise<Followed> {
  const pace = createPace();
  const events: StackEvent[] = [];
  for (;;) {
    const overdue = world.clock.now() >= target.deadlineAt;
    // Status first: once it is final, no event can follow those read after it.
    const stack = await describeStack(world, target.stackId);
    const news = await readEvents(world, target.stackId, events.at(-1)?.EventId ?? target.after);
    events.push(...news);
    for (const event of news) world.log.info(`${target.stackName}: ${sayEvent(event, events)}`);
    const status = stack?.StackStatus ?? "DELETE_COMPLETE";
    if (!status.endsWith("_IN_PROGRESS")) return { status, statusReason: stack?.StackStatusReason, events };
    if (overdue)
      throw new Failure(
        `Stack ${target.stackName} was still ${status} at the deadline; the operation goes on in AWS`,
        {
          nextStep: "look at the stack's events; give a longer deadline if it only needs more time.",
        },
      );
    const pause = Math.min(pace.next(news.length > 0), Math.max(0, target.deadlineAt - world.clock.now()));
    await world.clock.wait(pause, world.signal).catch((reason) => {
      throw reason instanceof Cancelled ? leftRunning(reason, target.stackName) : reason;
    });
  }
}

function leftRunning(reason: Cancelled, stackName: string): Failure {
  return new Failure(
    `${reason.message.replace(/\.$/, "")}; the operation on stack ${stackName} goes on in AWS`,
  );
}

/** Id of the newest event of a stack. */
export async function newestEvent(world: World, stackId: string): Promise<string | undefined> {
  const pages = paginateDescribeStackEvents({ client: world.cloudformation }, { StackName: stackId });
  for await (const { StackEvents = [] } of pages) return StackEvents[0]?.EventId;
  return undefined;
}

/** Events after the known one, oldest first; AWS answers the newest first. */
async function readEvents(world: World, stackId: string, known: string | undefined): Promise<StackEvent[]> {
  const found: StackEvent[] = [];
  const pages = paginateDescribeStackEvents({ client: world.cloudformation }, { StackName: stackId });
  for await (const { StackEvents = [] } of pages) {
    const end = StackEvents.findIndex(({ EventId }) => EventId === known);
    found.push(...(end < 0 ? StackEvents : StackEvents.slice(0, end)));
    if (end >= 0) break;
  }
  return found.reverse();
}

function sayEvent(event: StackEvent, all: readonly StackEvent[]): string {
  const { LogicalResourceId, ResourceStatus = "", ResourceStatusReason, ResourceType } = event;
  const time = ResourceStatus.endsWith("_COMPLETE") ? durationOf(event, all) : undefined;
  const details = [ResourceType, time === undefined ? undefined : formatDuration(time)]
    .filter(Boolean)
    .join(", ");
  return `${ResourceStatus} ${LogicalResourceId} (${details})${ResourceStatusReason ? `: ${ResourceStatusReason}` : ""}`;
}

/** Milliseconds from a resource's last beginning to this event. */
export function durationOf(event: StackEvent, all: readonly StackEvent[]): number | undefined {
  const begun = all.findLast(
    (other) =>
      other.LogicalResourceId === event.LogicalResourceId &&
      other.ResourceStatus?.endsWith("_IN_PROGRESS") &&
      (other.Timestamp ?? 0) <= (event.Timestamp ?? 0) &&
      !other.ResourceStatusReason?.startsWith("Resource creation Initiated"),
  );
  return begun?.Timestamp && event.Timestamp && event.Timestamp.getTime() - begun.Timestamp.getTime();
}

/** The first resource that failed by itself: the others were only cancelled because of it. */
export function firstFailure(events: readonly StackEvent[]): StackEvent | undefined {
  const failed = events.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"));
  return (
    failed.find(({ ResourceStatusReason = "" }) => !/cancelled/i.test(ResourceStatusReason)) ?? failed[0]
  );
}
