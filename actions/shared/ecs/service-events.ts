import type { ServiceEvent } from "@aws-sdk/client-ecs";

/** Returns the events for a reader: oldest first, each with its time (UTC), without the service's own name. */
export function eventLines(events: readonly ServiceEvent[]): string[] {
  const timeOf = ({ createdAt }: ServiceEvent) => createdAt?.getTime() ?? 0;
  // ECS lists the newest first, also among events of one second.
  const oldestFirst = events.toReversed().sort((one, other) => timeOf(one) - timeOf(other));
  return oldestFirst.map(({ createdAt, message = "" }) => {
    const time = createdAt ? `${createdAt.toISOString().slice(11, 19)}  ` : "";
    return `${time}${shortMessage(message)}`;
  });
}

/** Shortens `(service web, taskSet ecs-svc/8036…) deregistered 1 targets in (target-group arn:…:targetgroup/web-two/57…)`. */
function shortMessage(message: string): string {
  return message
    .replace(/^\(service [^,()]+(?:, (?:taskSet|deployment) [^()]+)?\) /, "")
    .replace(/arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:(?:targetgroup|loadbalancer\/\w+)\/([\w-]+)\/\w+/g, "$1")
    .replace(/arn:aws[\w-]*:[\w-]+:[\w-]*:\d*:(?:[\w-]+\/)+/g, "")
    .replace(/\b([0-9a-f]{8})[0-9a-f]{24}\b/g, "$1");
}
