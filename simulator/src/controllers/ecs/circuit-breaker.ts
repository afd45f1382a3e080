import type { TaskRecord, TaskSetRecord } from "../../aws/ecs/state.ts";

/** Once healthy, a task can crash as it likes: what it does is no longer the deployment's failure. */
export function noteHealthyTask({ revision }: TaskSetRecord, record: TaskRecord, resets: boolean): void {
  if (record.wasHealthy) return;
  record.wasHealthy = true;
  if (revision && resets) revision.failedTasks = 0;
}

/**
 * Counts a task that could not start, that ended by itself, or that failed its health checks, unless it was healthy
 * before (developer guide, "How the Amazon ECS deployment circuit breaker detects failures").
 */
export function noteStoppedTask({ revision }: TaskSetRecord, { task, wasHealthy }: TaskRecord): void {
  if (!revision || wasHealthy) return;
  const failed =
    task.stopCode === "TaskFailedToStart" ||
    task.stopCode === "EssentialContainerExited" ||
    task.stoppedReason?.startsWith(failedHealthChecks);
  if (failed) revision.failedTasks++;
}

/** How the reason begins for which the scheduler stops a task whose target is unhealthy. */
export const failedHealthChecks = "Task failed ELB health checks";
