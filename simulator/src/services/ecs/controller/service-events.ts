import { randomUUID } from "node:crypto";
import type { ServiceRecord, TaskSetRecord } from "../service-records.ts";
import type { EcsContext } from "../state.ts";

/** DescribeServices shows at most this many, newest first (API reference, Service.events). */
const eventsKept = 100;

export function addServiceEvent(context: EcsContext, service: ServiceRecord, text: string): void {
  addEvent(context, service, `(service ${service.name}) ${text}`);
}

/** Includes the task set, unless ECS deploys the service itself: then the revision is the service's own. */
export function addTaskSetEvent(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  text: string,
): void {
  const by = taskSet.revision ? "" : `, taskSet ${taskSet.id}`;
  addEvent(context, service, `(service ${service.name}${by}) ${text}`);
}

function addEvent({ environment }: EcsContext, service: ServiceRecord, message: string): void {
  service.events.unshift({ id: randomUUID(), createdAt: environment.clock.now(), message });
  service.events.length = Math.min(service.events.length, eventsKept);
}
