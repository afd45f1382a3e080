import { cancel } from "./cancel.ts";
import { endLate } from "./end-late.ts";
import { failRun } from "./fail-run.ts";
import { type Ending, follow, type Run } from "./follow.ts";
import { keepTask, taskId } from "./record.ts";
import { hasSucceeded } from "./verdict.ts";

/** Follows the task to the wanted stage; throws the cause of any other end. */
export async function followToEnd(run: Run): Promise<void> {
  const { context, record, log, containers } = run;
  const { kind, task } = await followOrCancel(run);
  if (task) keepTask(record, task);
  if (kind === "deadline") throw await endLate(run, task);
  if (kind === "started") {
    record.status = "started";
    return;
  }
  const succeeded = hasSucceeded(task, record.container);
  // When a task is STOPPED its log is usually complete; only a failure waits for the last lines.
  const toldAll = succeeded && task.lastStatus === "STOPPED" && log.tail.length > 0;
  if (record.exitCode !== undefined && !toldAll) await log.showRest();
  if (!succeeded) throw await failRun(context, record, containers, task);
  record.status = "succeeded";
}

async function followOrCancel(run: Run): Promise<Ending> {
  const { context, record, inputs, deadlineAt } = run;
  try {
    return await follow(run, { until: inputs.waitUntil, deadlineAt, known: undefined });
  } catch (error) {
    if (context.signal.aborted) throw await cancel(run);
    context.log.warning(`Task ${taskId(record)} continues; this job can no longer follow it.`);
    throw error;
  }
}
