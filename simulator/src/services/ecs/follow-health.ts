import { taskHealth, watchHealth } from "./health-checks.ts";
import type { EcsContext, RunningContainer, TaskRecord } from "./state.ts";

/** Updates the task with the results of its container's health check, until one of them stops. */
export async function followHealth(
  { environment }: EcsContext,
  record: TaskRecord,
  { definition, reported, exec, exited }: RunningContainer,
  onChange: () => void,
): Promise<void> {
  if (!definition.healthCheck) return;
  const ended = new AbortController();
  exited.then(() => ended.abort());
  await watchHealth({
    check: definition.healthCheck,
    clock: environment.clock,
    exec,
    signal: AbortSignal.any([record.stopping.signal, ended.signal]),
    onChecked(health) {
      record.checkedHealth.set(definition.name as string, health);
      if (reported.healthStatus === health.status) return;
      reported.healthStatus = health.status;
      record.task.healthStatus = taskHealth(record);
      onChange();
    },
  });
}
