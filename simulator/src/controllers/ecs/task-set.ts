import {
  type EcsContext,
  liveTasks,
  type ServiceRecord,
  type TaskRecord,
  type TaskSetRecord,
} from "../../aws/ecs/state.ts";
import { tagsOf } from "../../aws/ecs/tags.ts";
import { launchTask, requestStop, taskName } from "../../aws/ecs/task-lifecycle.ts";
import { computedDesiredCount } from "../../aws/ecs/views.ts";
import { addServiceEvent, addTaskSetEvent } from "./service-events.ts";
import { readHealth, type TargetHealth, targetsOf } from "./service-targets.ts";

/** AWS time before the second attempt after a task failed to start. AWS documents the growth and its end, not its start. */
const firstBackOffMs = 10_000;
/** The longest time between attempts (developer guide, "Service throttle logic"). */
const longestBackOffMs = 27 * 60_000;
/** So many failures in a row are called consistent. */
const consistentFailures = 3;

/** Makes the tasks of one task set what it desires, and notes whether they are. */
export async function reconcileTaskSet(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
): Promise<void> {
  const health = await readHealthOfRunning(context, taskSet);
  for (const [record, targets] of health) replaceUnhealthy(context, service, taskSet, record, targets);
  const active = activeTasks(context, taskSet);
  const missing = computedDesiredCount(service, taskSet) - active.length;
  if (missing > 0) startTasks(context, service, taskSet, missing);
  if (missing < 0) stopTasks(context, service, taskSet, active, -missing);
  noteStability(context, service, taskSet, health);
}

function activeTasks({ state }: EcsContext, taskSet: TaskSetRecord): TaskRecord[] {
  return liveTasks(state, taskSet).filter(({ task }) => task.desiredStatus === "RUNNING");
}

async function readHealthOfRunning(
  context: EcsContext,
  taskSet: TaskSetRecord,
): Promise<Map<TaskRecord, TargetHealth[]>> {
  const running = activeTasks(context, taskSet).filter(({ task }) => task.lastStatus === "RUNNING");
  const health = await Promise.all(
    running.map((record) => readHealth(context, record, taskSet.loadBalancers)),
  );
  return new Map(running.map((record, index) => [record, health[index] ?? []]));
}

function replaceUnhealthy(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  record: TaskRecord,
  targets: readonly TargetHealth[],
): void {
  const { clock } = context.environment;
  const unhealthy = targets.find(({ state }) => state === "unhealthy");
  const graceMs = clock.toWall((service.healthCheckGracePeriodSeconds ?? 0) * 1000);
  const age = clock.now().getTime() - (record.task.startedAt?.getTime() ?? 0);
  if (!unhealthy || age < graceMs) return;
  const { targetGroupArn, port, description = "Health checks failed" } = unhealthy;
  addTaskSetEvent(
    context,
    service,
    taskSet,
    `(port ${port}) is unhealthy in (target-group ${targetGroupArn}) due to (reason ${description})`,
  );
  requestStop(record, {
    stopCode: "ServiceSchedulerInitiated",
    stoppedReason: `Task failed ELB health checks in (target-group ${targetGroupArn})`,
  });
}

function startTasks(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  count: number,
): void {
  if (context.environment.clock.now().getTime() < taskSet.notBefore) return;
  const started = Array.from({ length: count }, () =>
    launchTask(context, {
      cluster: service.cluster,
      definition: taskSet.definition,
      placement: taskSet,
      group: `service:${service.name}`,
      startedBy: taskSet.id,
      tags: propagatedTags(context, service, taskSet),
      service,
      taskSet,
      targets: targetsOf(context, service, taskSet),
      onChange: (record) => noteChange(context, service, taskSet, record),
    }),
  );
  const names = started.map((record) => `(${taskName(record)})`).join(" ");
  addTaskSetEvent(context, service, taskSet, `has started ${count} tasks: ${names}.`);
}

function propagatedTags({ state }: EcsContext, service: ServiceRecord, taskSet: TaskSetRecord) {
  if (service.settings.propagateTags === "SERVICE") return tagsOf(state, service.arn);
  if (service.settings.propagateTags === "TASK_DEFINITION")
    return tagsOf(state, taskSet.definition.taskDefinitionArn);
  return [];
}

/** First those that do not run yet, then the newest. */
function stopTasks(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  active: readonly TaskRecord[],
  count: number,
): void {
  const surplus = active
    .toReversed()
    .toSorted((a, b) => Number(a.task.lastStatus === "RUNNING") - Number(b.task.lastStatus === "RUNNING"))
    .slice(0, count);
  for (const record of surplus)
    requestStop(record, {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: `Scaling activity initiated by (deployment ${taskSet.id})`,
    });
  const names = surplus.map((record) => `(${taskName(record)})`).join(" ");
  addTaskSetEvent(context, service, taskSet, `has stopped ${count} running tasks: ${names}.`);
}

function noteChange(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  { task }: TaskRecord,
): void {
  if (task.lastStatus === "RUNNING") taskSet.failedStarts = 0;
  if (task.lastStatus === "STOPPED" && task.stopCode === "TaskFailedToStart")
    throttle(context, service, taskSet);
  context.wake(service);
}

/** Only tasks that never reached RUNNING slow the scheduler down; one that crashes is started again at once. */
function throttle(context: EcsContext, service: ServiceRecord, taskSet: TaskSetRecord): void {
  const { clock } = context.environment;
  // Tasks that were started together count once.
  if (clock.now().getTime() < taskSet.notBefore) return;
  taskSet.failedStarts++;
  const backOffMs = Math.min(firstBackOffMs * 2 ** (taskSet.failedStarts - 1), longestBackOffMs);
  taskSet.notBefore = clock.now().getTime() + clock.toWall(backOffMs);
  if (taskSet.failedStarts >= consistentFailures)
    addServiceEvent(
      context,
      service,
      "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    );
}

function noteStability(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  health: ReadonlyMap<TaskRecord, readonly TargetHealth[]>,
): void {
  const active = activeTasks(context, taskSet);
  // A target group that no listener uses checks nothing: its targets are unused, not unhealthy.
  const isReady = (record: TaskRecord) =>
    health.get(record)?.every(({ state }) => state === "healthy" || state === "unused") ?? false;
  const steady = active.length === computedDesiredCount(service, taskSet) && active.every(isReady);
  const stabilityStatus = steady ? "STEADY_STATE" : "STABILIZING";
  if (stabilityStatus === taskSet.stabilityStatus) return;
  taskSet.stabilityStatus = stabilityStatus;
  taskSet.stabilityStatusAt = context.environment.clock.now();
}
