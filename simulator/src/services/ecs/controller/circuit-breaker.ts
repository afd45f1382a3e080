import { circuitBreakerThreshold } from "../circuit-breaker-threshold.ts";
import { Interruption } from "../interruption.ts";
import type { TaskSetRecord } from "../service-records.ts";
import type { TaskRecord } from "../state.ts";
import { pollUntilOver, type Run, touch } from "./run.ts";

/** After a task was healthy, its crash is not a failure of the deployment. */
export function noteHealthyTask({ revision }: TaskSetRecord, record: TaskRecord, resets: boolean): void {
  if (record.wasHealthy) return;
  record.wasHealthy = true;
  if (revision && resets) revision.failedTasks = 0;
}

/** Beginning of the scheduler's reason for stopping a task whose target is unhealthy. */
export const failedHealthChecks = "Task failed ELB health checks";
/** Reason if the task's own containers are unhealthy. */
export const failedContainerHealthChecks = "Task failed container health checks";

/**
 * Counts a task that could not start, that ended on its own, or that failed its health checks, unless it was healthy
 * before (developer guide, "How the Amazon ECS deployment circuit breaker detects failures").
 */
export function noteStoppedTask({ revision }: TaskSetRecord, { task, wasHealthy }: TaskRecord): void {
  if (!revision || wasHealthy) return;
  const failed =
    task.stopCode === "TaskFailedToStart" ||
    task.stopCode === "EssentialContainerExited" ||
    task.stoppedReason?.startsWith(failedHealthChecks) ||
    task.stoppedReason === failedContainerHealthChecks;
  if (failed) revision.failedTasks++;
}

/** Interrupts a deployment, or its rollback, when too many of its tasks failed in a row. */
export async function watchCircuitBreaker(run: Run, over: AbortSignal): Promise<void> {
  if (!run.deployment.configuration.deploymentCircuitBreaker?.enable) return;
  await pollUntilOver(run, over, async () => {
    if (hasTripped(run)) trip(run);
  });
}

function hasTripped({ deployment }: Run): boolean {
  const { service, target, rollback, configuration } = deployment;
  const watched = rollback?.to ?? target;
  return watched.revision.failedTasks >= circuitBreakerThreshold(configuration, service.desiredCount);
}

function trip(run: Run): void {
  const { deployment } = run;
  deployment.circuitBreaker = "TRIGGERED";
  touch(run);
  const { rollback = false } = deployment.configuration.deploymentCircuitBreaker ?? {};
  const what = rollback ? "rolled back" : "stopped";
  deployment.control.abort(
    new Interruption(
      rollback ? "roll-back" : "stop",
      `Service deployment ${what} because the circuit breaker threshold was exceeded.`,
      "tasks failed to start.",
    ),
  );
}
