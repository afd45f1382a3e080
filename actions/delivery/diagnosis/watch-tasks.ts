import type { Task } from "@aws-sdk/client-ecs";
import { isAccessDenied, isThrottled, isTransient } from "../../shared/aws-errors.ts";
import type { ServiceName } from "../../shared/ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Snapshot } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import { findFailedTasks } from "./failed-tasks.ts";

/** Each check costs a call, and crashing tasks keep crashing for minutes: after the first crash, every poll checks. */
const firstMs = 45_000;
/**
 * Where the controller counts no failed tasks, one early check is worth it: with the image on an instance, tasks crash
 * in seconds.
 */
const uncountedFirstMs = 4_000;
/** The longer no task has crashed, the rarer the checks. */
const pauses = { shortest: 60_000, longest: 300_000, share: 0.6 };

interface Watched {
  readonly context: DeliveryContext;
  readonly inputs: ServiceName & Pick<DeployInputs, "maxFailedTasks">;
  readonly record: DeploymentRecord;
  readonly revision: string;
}

/**
 * Logs each task of the new revision that stops unexpectedly, and returns true once there are too many. CodeDeploy has
 * no circuit breaker and would allow ECS to start such tasks for an hour, a service of ECS without one forever.
 */
export function watchTasks({
  context,
  inputs,
  record,
  revision,
}: Watched): (snapshot: Snapshot) => Promise<boolean> {
  const known = new Map<string, Task>();
  let mayLook = true;
  let hasLooked = false;
  const startedAt = context.clock.now();
  let dueAt = startedAt + firstMs;
  return async ({ startedBy, failedTasks, near, quietUntil }) => {
    const tooMany = (failedTasks ?? 0) >= inputs.maxFailedTasks;
    if (!startedBy || !mayLook) return tooMany;
    const now = context.clock.now();
    const isEnding = near === "complete" && quietUntil === undefined;
    const isFirst = failedTasks === undefined && !hasLooked && now >= startedAt + uncountedFirstMs;
    const isDue = record.failedTasks.length > 0 || isFirst || now >= dueAt;
    if (!tooMany && (isEnding || !isDue)) return false;
    hasLooked = true;
    const { shortest, longest, share } = pauses;
    if (now >= dueAt) dueAt = now + Math.min(longest, Math.max(shortest, (now - startedAt) * share));
    try {
      const failed = await findFailedTasks(
        context,
        { ...inputs, revision, startedBy },
        known,
        context.signal,
      );
      for (const task of failed.slice(record.failedTasks.length)) {
        const exit = task.exitCode === undefined ? "" : ` (${task.container}: exit code ${task.exitCode})`;
        context.log.info(`              task ${task.taskId} stopped: ${task.stoppedReason}${exit}`);
      }
      record.failedTasks = failed;
      return tooMany || failed.length >= inputs.maxFailedTasks;
    } catch (error) {
      if (isThrottled(error) || isTransient(error)) return tooMany;
      if (!isAccessDenied(error)) throw error;
      mayLook = false;
      context.log.warning(
        "Stopped tasks cannot be counted (max-failed-tasks): the role lacks ecs:ListTasks or ecs:DescribeTasks.",
      );
      return tooMany;
    }
  };
}
