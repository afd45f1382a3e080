import { randomUUID } from "node:crypto";
import type { EcsContext, ServiceRecord, TaskSetRecord } from "../../aws/ecs/state.ts";

/** DescribeServices shows at most this many, newest first (API reference, Service.events). */
const eventsKept = 100;

export function addServiceEvent({ environment }: EcsContext, service: ServiceRecord, text: string): void {
  service.events.unshift({
    id: randomUUID(),
    createdAt: environment.clock.now(),
    message: `(service ${service.name}) ${text}`,
  });
  service.events.length = Math.min(service.events.length, eventsKept);
}

export function addTaskSetEvent(
  { environment }: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  text: string,
): void {
  service.events.unshift({
    id: randomUUID(),
    createdAt: environment.clock.now(),
    message: `(service ${service.name}, taskSet ${taskSet.id}) ${text}`,
  });
  service.events.length = Math.min(service.events.length, eventsKept);
}
