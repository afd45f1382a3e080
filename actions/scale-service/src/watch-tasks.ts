import { createTaskSearch } from "../../delivery/diagnosis/watch-tasks.ts";
import { type FailedTask, logStopped } from "../../ecs/failed-task.ts";
import type { ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { ScaleRecord } from "./record.ts";
import type { Subject } from "./subject.ts";

/** Tasks in production that stopped unexpectedly, counted from when the watch began. */
export interface TaskWatch {
  /** Polls again, logs each new one, and returns whether there are too many. */
  poll(): Promise<boolean>;
  /** Returns whether it failed before the watch began, and has nothing to do with scaling. */
  isOld(task: FailedTask): boolean;
}

/** A service that lacked tasks from the beginning may lack them because of earlier failures. */
export async function watchTasks(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  { running }: Subject,
): Promise<TaskWatch> {
  const { service, primary, revision, production } = running;
  const startedBy = primary?.id ?? service.deployments?.find(({ status }) => status === "PRIMARY")?.id;
  const search = createTaskSearch(context);
  const find = async () => (await search({ ...inputs, revision, startedBy })) ?? [];
  const before = await find();
  const old = new Set(
    production.runningCount < (service.desiredCount ?? 0) ? [] : before.map(({ taskId }) => taskId),
  );
  const isOld = ({ taskId }: FailedTask) => old.has(taskId);
  const reported = new Set(before.map(({ taskId }) => taskId));
  let failedSince = 0;
  return {
    isOld,
    async poll() {
      const failed = await find();
      for (const [index, task] of failed.entries()) {
        if (reported.has(task.taskId)) continue;
        reported.add(task.taskId);
        failedSince += 1;
        logStopped(context.log, failed.slice(0, index + 1));
      }
      if (failed.length > 0) record.failedTasks = failed.filter((task) => !isOld(task));
      return failedSince >= inputs.maxFailedTasks;
    },
  };
}
