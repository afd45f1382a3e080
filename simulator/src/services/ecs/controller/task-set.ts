import { hasHealthCheck } from "../health-checks.ts";
import type { ServiceRecord, TaskSetRecord } from "../service-records.ts";
import { type EcsContext, liveTasks, type TaskRecord } from "../state.ts";
import { tagsOf } from "../tags.ts";
import { computedDesiredCount } from "../task-counts.ts";
import { launchTask, requestStop, taskName } from "../task-lifecycle.ts";
import {
  failedContainerHealthChecks,
  failedHealthChecks,
  noteHealthyTask,
  noteStoppedTask,
} from "./failure-detection.ts";
import { addServiceEvent, addTaskSetEvent } from "./service-events.ts";
import { readHealth, type TargetHealth, targetsOf } from "./service-targets.ts";

/**
 * AWS time before the second attempt after a task failed to start. AWS documents the growth and the maximum, not the
 * first value.
 */
const firstBackOffMs = 10_000;
/** The longest time between attempts (developer guide, "Service throttle logic"). */
const longestBackOffMs = 27 * 60_000;
/** Number of failures in a row that count as consistent. */
const consistentFailures = 3;

/**
 * AWS time that a task without load balancer and health checks must run before it counts as healthy (API reference,
 * DeploymentConfiguration.minimumHealthyPercent).
 */
const settlingMs = 40_000;

/** State of a task set's tasks at one check. */
export interface Observation {
  readonly taskSet: TaskSetRecord;
  /** Tasks with the desired status RUNNING. */
  readonly active: readonly TaskRecord[];
  /** The healthy ones of them. */
  readonly healthy: ReadonlySet<TaskRecord>;
}

/** Checks the health of a task set's tasks, and stops those that are unhealthy. */
export async function observeTaskSet(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
): Promise<Observation> {
  const health = await readHealthOfRunning(context, taskSet);
  for (const [record, targets] of health) replaceUnhealthy(context, service, taskSet, record, targets);
  const active = activeTasks(context, taskSet);
  const healthy = new Set(active.filter((record) => isHealthy(context, taskSet, record, health.get(record))));
  const { resetOnHealthyTask = true } =
    service.settings.deploymentConfiguration?.deploymentCircuitBreaker ?? {};
  for (const record of healthy) noteHealthyTask(taskSet, record, resetOnHealthyTask);
  return { taskSet, active, healthy };
}

/** Starts or stops tasks of one task set until it has its desired number, and records whether it has. */
export function settleTaskSet(
  context: EcsContext,
  service: ServiceRecord,
  { taskSet, active, healthy }: Observation,
): void {
  const missing = computedDesiredCount(service, taskSet) - active.length;
  if (missing > 0 && !taskSet.revision?.halted) startTasks(context, service, taskSet, missing);
  if (missing < 0) stopTasks(context, service, taskSet, byWorth(active, healthy), -missing);
  noteStability(context, service, taskSet, healthy);
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

/** Ignores failed health checks of containers and load balancer while a task starts. */
function replaceUnhealthy(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  record: TaskRecord,
  targets: readonly TargetHealth[],
): void {
  const { clock } = context.environment;
  const graceMs = clock.toWall((service.healthCheckGracePeriodSeconds ?? 0) * 1000);
  const age = clock.now().getTime() - (record.task.startedAt?.getTime() ?? 0);
  if (age < graceMs) return;
  if (record.task.healthStatus === "UNHEALTHY") {
    addTaskSetEvent(context, service, taskSet, `(${taskName(record)}) failed container health checks.`);
    requestStop(record, {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: failedContainerHealthChecks,
    });
    return;
  }
  const unhealthy = targets.find(({ state }) => state === "unhealthy");
  if (!unhealthy) return;
  const { targetGroupArn, port, description = "Health checks failed" } = unhealthy;
  addTaskSetEvent(
    context,
    service,
    taskSet,
    `(port ${port}) is unhealthy in (target-group ${targetGroupArn}) due to (reason ${description})`,
  );
  requestStop(record, {
    stopCode: "ServiceSchedulerInitiated",
    stoppedReason: `${failedHealthChecks} in (target-group ${targetGroupArn})`,
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

/** Stops those first that do not run yet, then the unhealthy ones, then the newest. */
function byWorth(active: readonly TaskRecord[], healthy: ReadonlySet<TaskRecord>): TaskRecord[] {
  const worth = (record: TaskRecord) =>
    Number(record.task.lastStatus === "RUNNING") + Number(healthy.has(record));
  return active.toReversed().toSorted((a, b) => worth(a) - worth(b));
}

function stopTasks(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  leastWorthFirst: readonly TaskRecord[],
  count: number,
): void {
  const surplus = leastWorthFirst.slice(0, count);
  const by = taskSet.revision ? service.taskSets.find(({ status }) => status === "PRIMARY") : taskSet;
  for (const record of surplus)
    requestStop(record, {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: `Scaling activity initiated by (deployment ${(by ?? taskSet).id})`,
    });
  const names = surplus.map((record) => `(${taskName(record)})`).join(" ");
  addTaskSetEvent(context, service, taskSet, `has stopped ${count} running tasks: ${names}.`);
}

function noteChange(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  record: TaskRecord,
): void {
  const { task } = record;
  if (task.lastStatus === "RUNNING") taskSet.failedStarts = 0;
  if (task.lastStatus === "STOPPED") noteStoppedTask(taskSet, record);
  if (task.lastStatus === "STOPPED" && task.stopCode === "TaskFailedToStart")
    throttle(context, service, taskSet);
  context.wake(service);
}

/** Only tasks that never reached RUNNING slow the scheduler down; a crashed one is started again at once. */
function throttle(context: EcsContext, service: ServiceRecord, taskSet: TaskSetRecord): void {
  const { clock } = context.environment;
  // Tasks that started together count once.
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

function isHealthy(
  { environment: { clock } }: EcsContext,
  taskSet: TaskSetRecord,
  { task }: TaskRecord,
  targets: readonly TargetHealth[] | undefined,
): boolean {
  if (!targets) return false;
  // A target group without a listener checks nothing: its targets are unused, not unhealthy.
  if (!targets.every(({ state }) => state === "healthy" || state === "unused")) return false;
  const checksItself = hasHealthCheck(taskSet.definition);
  if (checksItself && task.healthStatus !== "HEALTHY") return false;
  const mustSettle = taskSet.revision !== undefined && targets.length === 0 && !checksItself;
  const age = clock.now().getTime() - (task.startedAt?.getTime() ?? 0);
  return !mustSettle || age >= clock.toWall(settlingMs);
}

function noteStability(
  context: EcsContext,
  service: ServiceRecord,
  taskSet: TaskSetRecord,
  healthy: ReadonlySet<TaskRecord>,
): void {
  const active = activeTasks(context, taskSet);
  const steady =
    active.length === computedDesiredCount(service, taskSet) && active.every((record) => healthy.has(record));
  const stabilityStatus = steady ? "STEADY_STATE" : "STABILIZING";
  if (stabilityStatus === taskSet.stabilityStatus) return;
  taskSet.stabilityStatus = stabilityStatus;
  taskSet.stabilityStatusAt = context.environment.clock.now();
}
