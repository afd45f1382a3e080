import { hasHealthCheck } from "../health-checks.ts";
import { roomForTasks, vcpuLimit } from "../quotas.ts";
import {
  addServiceEvent,
  addTaskSetEvent,
  computedDesiredCount,
  liveTasks,
  type TaskRecord,
  type TaskSetScope,
} from "../state.ts";
import { tagsOf } from "../tags.ts";
import { launchTask, requestStop, taskName } from "../task-lifecycle.ts";
import { unassumableRole } from "../task-roles.ts";
import {
  failedContainerHealthChecks,
  failedHealthChecks,
  noteHealthyTask,
  noteStoppedTask,
} from "./failure-detection.ts";
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
export interface Observation extends TaskSetScope {
  /** Tasks with the desired status RUNNING. */
  readonly active: readonly TaskRecord[];
  /** The healthy ones of them. */
  readonly healthy: ReadonlySet<TaskRecord>;
  /** ECS's sentence if it may not assume a role of the missing tasks. */
  readonly unassumable: string | undefined;
}

/** Checks the health of a task set's tasks, and stops those that are unhealthy. */
export async function observeTaskSet(scope: TaskSetScope): Promise<Observation> {
  const health = await readHealthOfRunning(scope);
  for (const [record, targets] of health) replaceUnhealthy(scope, record, targets);
  const active = activeTasks(scope);
  const healthy = new Set(active.filter((record) => isHealthy(scope, record, health.get(record))));
  const { resetOnHealthyTask = true } =
    scope.service.settings.deploymentConfiguration?.deploymentCircuitBreaker ?? {};
  for (const record of healthy) noteHealthyTask(scope.taskSet, record, resetOnHealthyTask);
  const { context, service, taskSet } = scope;
  const isComplete = active.length >= computedDesiredCount(service, taskSet);
  const unassumable = isComplete ? undefined : await unassumableRole(context, taskSet.definition);
  return { ...scope, active, healthy, unassumable };
}

/** Starts or stops tasks of one task set until it has its desired number, and records whether it has. */
export function settleTaskSet(observation: Observation): void {
  const { service, taskSet, active } = observation;
  const missing = computedDesiredCount(service, taskSet) - active.length;
  if (missing > 0 && !taskSet.revision?.halted) startTasks(observation, missing);
  if (missing < 0) stopTasks(observation, -missing);
  noteStability(observation);
}

function activeTasks({ context, taskSet }: TaskSetScope): TaskRecord[] {
  return liveTasks(context.state, taskSet).filter(({ task }) => task.desiredStatus === "RUNNING");
}

async function readHealthOfRunning(scope: TaskSetScope): Promise<Map<TaskRecord, TargetHealth[]>> {
  const running = activeTasks(scope).filter(({ task }) => task.lastStatus === "RUNNING");
  const health = await Promise.all(
    running.map((record) => readHealth(scope.context, record, scope.taskSet.loadBalancers)),
  );
  return new Map(running.map((record, index) => [record, health[index] ?? []]));
}

/** Ignores failed health checks of containers and load balancer while a task starts. */
function replaceUnhealthy(scope: TaskSetScope, record: TaskRecord, targets: readonly TargetHealth[]): void {
  const { clock } = scope.context.environment;
  const graceMs = clock.toWall((scope.service.healthCheckGracePeriodSeconds ?? 0) * 1000);
  const age = clock.now().getTime() - (record.task.startedAt?.getTime() ?? 0);
  if (age < graceMs) return;
  const stop = (stoppedReason: string) =>
    requestStop(record, { stopCode: "ServiceSchedulerInitiated", stoppedReason });
  if (record.task.healthStatus === "UNHEALTHY") {
    addTaskSetEvent(scope, `(${taskName(record)}) failed container health checks.`);
    stop(failedContainerHealthChecks);
    return;
  }
  const unhealthy = targets.find(({ state }) => state === "unhealthy");
  if (!unhealthy) return;
  const { targetGroupArn, port, description = "Health checks failed" } = unhealthy;
  const where = `(target-group ${targetGroupArn})`;
  addTaskSetEvent(scope, `(port ${port}) is unhealthy in ${where} due to (reason ${description})`);
  stop(`${failedHealthChecks} in ${where}`);
}

function startTasks({ unassumable, ...scope }: Observation, missing: number): void {
  const { context, service, taskSet } = scope;
  if (context.environment.clock.now().getTime() < taskSet.notBefore) return;
  const count = unassumable ? 0 : Math.min(missing, roomForTasks(context, taskSet.definition, taskSet));
  if (count < missing) {
    const reason = unassumable
      ? `failed to launch a task with (error ${unassumable}).`
      : `was unable to place a task. Reason: ${vcpuLimit}. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`;
    addServiceEvent(context, service, reason);
    // A task that cannot be launched counts as a failed one (API reference, Deployment.failedTasks).
    if (taskSet.revision) taskSet.revision.failedTasks += missing - count;
    throttle(scope);
  }
  if (count === 0) return;
  const started = Array.from({ length: count }, () =>
    launchTask(context, {
      cluster: service.cluster,
      definition: taskSet.definition,
      placement: taskSet,
      group: `service:${service.name}`,
      startedBy: taskSet.id,
      tags: propagatedTags(scope),
      service,
      taskSet,
      targets: targetsOf(scope),
      onChange: (record) => noteChange(scope, record),
    }),
  );
  addTaskSetEvent(scope, `has started ${count} tasks: ${namesOf(started)}.`);
}

function namesOf(records: readonly TaskRecord[]): string {
  return records.map((record) => `(${taskName(record)})`).join(" ");
}

function propagatedTags({ context: { state }, service, taskSet }: TaskSetScope) {
  if (service.settings.propagateTags === "SERVICE") return tagsOf(state, service.arn);
  if (service.settings.propagateTags === "TASK_DEFINITION")
    return tagsOf(state, taskSet.definition.taskDefinitionArn);
  return [];
}

/** Stops those first that do not run yet, then the unhealthy ones, then the newest. */
function stopTasks(observation: Observation, count: number): void {
  const { service, taskSet, active, healthy } = observation;
  const worth = (record: TaskRecord) =>
    Number(record.task.lastStatus === "RUNNING") + Number(healthy.has(record));
  const surplus = active
    .toReversed()
    .toSorted((a, b) => worth(a) - worth(b))
    .slice(0, count);
  const by = taskSet.revision ? service.taskSets.find(({ status }) => status === "PRIMARY") : taskSet;
  for (const record of surplus)
    requestStop(record, {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: `Scaling activity initiated by (deployment ${(by ?? taskSet).id})`,
    });
  addTaskSetEvent(observation, `has stopped ${count} running tasks: ${namesOf(surplus)}.`);
}

function noteChange(scope: TaskSetScope, record: TaskRecord): void {
  const { task } = record;
  if (task.lastStatus === "RUNNING") scope.taskSet.failedStarts = 0;
  if (task.lastStatus === "STOPPED") noteStoppedTask(scope.taskSet, record);
  if (task.lastStatus === "STOPPED" && task.stopCode === "TaskFailedToStart") {
    // The words are those of service events of 2026.
    addTaskSetEvent(scope, `was unable to place a task. Reason: ${task.stoppedReason}.`);
    throttle(scope);
  }
  scope.context.wake(scope.service);
}

/** Only tasks that never reached RUNNING slow the scheduler down; a crashed one is started again at once. */
function throttle({ context, service, taskSet }: TaskSetScope): void {
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
  { context, taskSet }: TaskSetScope,
  { task }: TaskRecord,
  targets: readonly TargetHealth[] | undefined,
): boolean {
  const { clock } = context.environment;
  if (!targets) return false;
  // A target group without a listener checks nothing: its targets are unused, not unhealthy.
  if (!targets.every(({ state }) => state === "healthy" || state === "unused")) return false;
  const checksItself = hasHealthCheck(taskSet.definition);
  if (checksItself && task.healthStatus !== "HEALTHY") return false;
  const mustSettle = taskSet.revision !== undefined && targets.length === 0 && !checksItself;
  const age = clock.now().getTime() - (task.startedAt?.getTime() ?? 0);
  return !mustSettle || age >= clock.toWall(settlingMs);
}

function noteStability({ healthy, ...scope }: Observation): void {
  const { context, service, taskSet } = scope;
  const active = activeTasks(scope);
  const steady =
    active.length === computedDesiredCount(service, taskSet) && active.every((record) => healthy.has(record));
  const stabilityStatus = steady ? "STEADY_STATE" : "STABILIZING";
  if (stabilityStatus === taskSet.stabilityStatus) return;
  taskSet.stabilityStatus = stabilityStatus;
  taskSet.stabilityStatusAt = context.environment.clock.now();
}
