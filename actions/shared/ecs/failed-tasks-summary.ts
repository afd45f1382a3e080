import { details, escapeText } from "../summary.ts";
import type { FailedTask } from "./failed-task.ts";

/** Markdown of each task, the newest first. Tasks of one crash loop say the same: only the newest one's log is shown. */
export function failedTasksList(failedTasks: readonly FailedTask[]): string[] {
  return failedTasks.toReversed().map(failedTask);
}

function failedTask(task: FailedTask, index: number): string {
  const exit = task.exitCode === undefined ? "" : `, exit code ${task.exitCode}`;
  const reason = [task.stoppedReason, task.containerReason].filter(Boolean).join("; ");
  const head = `Task ${task.taskId}: ${task.container}${exit} (${task.stopCode}: ${reason})`;
  return index === 0 && task.logLines.length > 0
    ? details(head, task.logLines.join("\n"))
    : `- ${escapeText(head)}`;
}
