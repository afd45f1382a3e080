import { setOutput } from "@actions/core";
import type { Container } from "@aws-sdk/client-ecs";
import { appendSummary, type Card } from "../../core/card.ts";
import { logGroupPage, taskPage } from "../../core/console.ts";
import { formatDuration } from "../../core/duration.ts";
import { details, factList, markdownTable } from "../../core/summary.ts";
import { shownTail } from "../../ecs/log-tail.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { type RunRecord, taskId } from "./record.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: RunRecord): Promise<void> {
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("task-arn", record.taskArn);
  setOutput("run-task-arn", JSON.stringify(record.taskArn ? [record.taskArn] : []));
  setOutput("exit-code", record.exitCode ?? "");
  setOutput("revision", record.revision);
  await appendSummary(summaryOf(record));
}

/** Returns the job summary: a line for a green end, else a card. */
function summaryOf(record: RunRecord): Card {
  const { status, container, revision, durationMs, cause, fix, taskArn, cluster, logGroup } = record;
  const what = [container, revision && `of ${shortRevision(revision)}`].filter(Boolean).join(" ") || "Task";
  return {
    isLine: true,
    ok: status === "succeeded" || status === "started",
    verdict: `${what}: ${status} after ${formatDuration(durationMs)}`,
    cause,
    fix,
    links: [...taskPage(taskArn, cluster), ...logGroupPage(taskArn, logGroup)],
    folds: [
      record.logLines.length > 0 ? details(`End of the log of ${container}`, shownTail(record.logLines)) : "",
      record.containers.length > 1 ? containerTable(record.containers) : "",
      taskArn && facts(record),
    ],
  };
}

function facts(record: RunRecord): string {
  const { exitCode, startMs, runMs, cluster } = record;
  return factList([
    ["Task", `${taskId(record)} (cluster ${cluster})`],
    ["Exit code", exitCode === undefined ? "" : String(exitCode)],
    ["Started after", startMs === undefined ? "" : formatDuration(startMs)],
    ["Ran for", runMs === undefined ? "" : formatDuration(runMs)],
  ]);
}

function containerTable(containers: readonly Container[]): string {
  const rows = containers.map(({ name = "", exitCode, reason = "" }) => [
    name,
    exitCode?.toString() ?? "",
    reason,
  ]);
  return markdownTable(["Container", "Exit code", "Reason"], rows);
}
