import type { Container } from "@aws-sdk/client-ecs";
import { formatDuration } from "../../shared/duration.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { codeBlock, escapeText, markdownTable } from "../../shared/summary.ts";
import { type RunRecord, taskId } from "./record.ts";

/** Returns the job summary: result first, then details. */
export function summaryOf(record: RunRecord): string {
  const { status, container, revision, durationMs } = record;
  const green = status === "succeeded" || status === "started";
  const what = [container, revision && `of ${shortRevision(revision)}`].filter(Boolean).join(" ") || "Task";
  return [
    `### ${green ? "✅" : "❌"} ${escapeText(what)}: ${status} after ${formatDuration(durationMs)}`,
    record.cause && `**${escapeText(record.cause)}**`,
    record.taskArn && facts(record),
    record.containers.length > 1 && containerTable(record.containers),
    record.logLines.length > 0 && logTail(record),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function facts(record: RunRecord): string {
  const { exitCode, startMs, runMs } = record;
  const rows = [["Task", `${taskId(record)} (cluster ${record.cluster})`]];
  if (exitCode !== undefined) rows.push(["Exit code", String(exitCode)]);
  if (startMs !== undefined) rows.push(["Started after", formatDuration(startMs)]);
  if (runMs !== undefined) rows.push(["Ran for", formatDuration(runMs)]);
  return markdownTable(["", ""], rows);
}

function containerTable(containers: readonly Container[]): string {
  const rows = containers.map(({ name = "", exitCode, reason = "" }) => [
    name,
    exitCode?.toString() ?? "",
    reason,
  ]);
  return markdownTable(["Container", "Exit code", ""], rows);
}

function logTail({ container, logLines, status }: RunRecord): string {
  const open = status === "succeeded" ? "" : " open";
  const head = `End of the log of ${container}`;
  return `<details${open}><summary>${escapeText(head)}</summary>\n\n${codeBlock(logLines.join("\n"))}\n</details>`;
}
