import { details, escapeText } from "../summary.ts";
import type { FailedTask } from "./failed-task.ts";

/** Enough ends to recognize a crash loop. */
const shownTasks = 5;

/**
 * Lists the last tasks in Markdown, the newest first. Tasks of one crash loop log the same, so only the newest one's
 * log is shown.
 */
export function failedTasksList(failedTasks: readonly FailedTask[]): string[] {
  const shown = failedTasks.toReversed().slice(0, shownTasks).map(failedTask);
  const earlier = failedTasks.length - shown.length;
  return earlier > 0 ? [...shown, `- and ${earlier} earlier`] : shown;
}

function failedTask(task: FailedTask, index: number): string {
  const exit = task.exitCode === undefined ? "" : `, exit code ${task.exitCode}`;
  const reason = [task.stoppedReason, task.containerReason].filter(Boolean).join("; ");
  const head = `Task ${task.taskId}: ${task.container}${exit} (${task.stopCode}: ${reason})`;
  return index === 0 && task.logLines.length > 0
    ? details(head, task.logLines.join("\n"))
    : `- ${escapeText(head)}`;
}
