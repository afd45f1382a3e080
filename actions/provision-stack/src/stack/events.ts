import { paginateDescribeStackEvents, type StackEvent } from "@aws-sdk/client-cloudformation";
import { formatDuration } from "../../../core/duration.ts";
import type { ProvisionContext } from "../context.ts";

/** Returns the id of a stack's newest event. */
export async function newestEvent(
  context: Pick<ProvisionContext, "cloudformation">,
  stackId: string,
): Promise<string | undefined> {
  const pages = paginateDescribeStackEvents({ client: context.cloudformation }, { StackName: stackId });
  for await (const { StackEvents = [] } of pages) return StackEvents[0]?.EventId;
  return undefined;
}

/** Returns the events after the known one, oldest first; AWS returns the newest first. */
export async function readEvents(
  context: Pick<ProvisionContext, "cloudformation">,
  stackId: string,
  known: string | undefined,
): Promise<StackEvent[]> {
  const found: StackEvent[] = [];
  const pages = paginateDescribeStackEvents({ client: context.cloudformation }, { StackName: stackId });
  for await (const { StackEvents = [] } of pages) {
    const end = StackEvents.findIndex(({ EventId }) => EventId === known);
    found.push(...(end < 0 ? StackEvents : StackEvents.slice(0, end)));
    if (end >= 0) break;
  }
  return found.reverse();
}

/** Formats an event in one line; `all` are the events so far, which show the time a resource took. */
export function sayEvent(event: StackEvent, all: readonly StackEvent[]): string {
  const { LogicalResourceId, ResourceStatus = "", ResourceStatusReason, ResourceType } = event;
  const time = ResourceStatus.endsWith("_COMPLETE") ? durationOf(event, all) : undefined;
  const details = [ResourceType, time === undefined ? undefined : formatDuration(time)]
    .filter(Boolean)
    .join(", ");
  return `${ResourceStatus} ${LogicalResourceId} (${details})${ResourceStatusReason ? `: ${ResourceStatusReason}` : ""}`;
}

/** Returns the milliseconds from a resource's last beginning to this event. */
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

/** Finds the first resource that failed on its own: the others were only cancelled because of it. */
export function firstFailure(events: readonly StackEvent[]): StackEvent | undefined {
  const failed = events.filter(
    ({ ResourceStatus, LogicalResourceId, StackName }) =>
      ResourceStatus?.endsWith("_FAILED") && LogicalResourceId !== StackName,
  );
  return (
    failed.find(({ ResourceStatusReason = "" }) => !/cancelled/i.test(ResourceStatusReason)) ?? failed[0]
  );
}

/** Returns why a stack failed when none of its resources did, such as an export's name that is in use. */
export function reasonOfStack(events: readonly StackEvent[]): string | undefined {
  const begun = events.find(
    ({ LogicalResourceId, StackName, ResourceStatus, ResourceStatusReason }) =>
      LogicalResourceId === StackName &&
      ResourceStatusReason &&
      /ROLLBACK_IN_PROGRESS$|_FAILED$/.test(ResourceStatus ?? ""),
  );
  return begun?.ResourceStatusReason?.replace(/(Rollback|Delete) requested by user\.$/, "").trimEnd();
}

/** Counts how many of an operation's resources are done; the stack's own events do not count. */
export function countDone(events: readonly StackEvent[], resources: ReadonlySet<string>): number {
  const done = events.filter(
    ({ LogicalResourceId = "", ResourceStatus = "" }) =>
      resources.has(LogicalResourceId) && /_(COMPLETE|SKIPPED)$/.test(ResourceStatus),
  );
  return new Set(done.map(({ LogicalResourceId }) => LogicalResourceId)).size;
}

/** Returns the service's own message of a resource's reason, without CloudFormation's frame and without request ids. */
export function stripHandler(reason: string): string {
  const inner =
    /^Resource handler returned message: "([\s\S]*)" \(RequestToken: /.exec(reason)?.[1] ?? reason;
  return inner
    .replace(/(?<! ) *\((?:Service: |SDK Attempt Count: |Request ID: |Error code: )[^()]*\)/gi, "")
    .replace(/\.\s*$/, "")
    .trim();
}
