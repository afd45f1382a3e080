import type { ServiceRecord, TaskSetRecord } from "./service-records.ts";
import { type EcsContext, liveTasks } from "./state.ts";

/**
 * Returns the number of tasks for the task set: allotted by a rolling update, else its share of the service's, rounded
 * up (API reference, TaskSet).
 */
export function computedDesiredCount(service: ServiceRecord, taskSet: TaskSetRecord): number {
  if (taskSet.status === "DRAINING") return 0;
  const allotted = taskSet.revision?.allotted;
  if (allotted !== undefined) return Math.min(allotted, service.desiredCount);
  return Math.ceil((service.desiredCount * taskSet.scale.value) / 100);
}

export function countTasks(
  { state }: Pick<EcsContext, "state">,
  taskSet: TaskSetRecord,
): { runningCount: number; pendingCount: number } {
  const tasks = liveTasks(state, taskSet).map(({ task }) => task);
  return {
    runningCount: tasks.filter((task) => task.lastStatus === "RUNNING").length,
    pendingCount: tasks.filter((task) => task.desiredStatus === "RUNNING" && task.lastStatus !== "RUNNING")
      .length,
  };
}
