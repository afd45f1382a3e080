import { formatDuration } from "../../shared/duration.ts";
import type { FailedTask } from "../../shared/ecs/failed-task.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { codeBlock, escapeText, markdownTable } from "../../shared/summary.ts";
import { changesSummary } from "./plan/changes-summary.ts";
import { hasChanges } from "./plan/plan.ts";
import { type DeploymentRecord, type LifecycleEvent, stages, type TrafficPoint } from "./record.ts";
import { trafficChart } from "./traffic-chart.ts";

/** The job summary: verdict first, then what a reader asks next. */
export function summaryOf(record: DeploymentRecord): string {
  return [
    `### ${isGreen(record) ? "✅" : "❌"} ${record.service}: ${verdict(record)}`,
    record.cause && `**${escapeText(record.cause)}**`,
    ...record.notes.map(escapeText),
    findings(record),
    facts(record),
    record.plan && changesSummary(record.plan, record.revisionBefore),
    record.events.length > 0 && lifecycle(record.events),
    trafficChart(record.traffic, record.durationMs),
    record.traffic.length > 0 && traffic(record.traffic),
    ...record.failedTasks.toReversed().map(failedTask),
    record.serviceEvents.length > 0 && details("Service events", record.serviceEvents.join("\n")),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function isGreen({ status }: DeploymentRecord): boolean {
  return status === "succeeded" || status === "planned" || stages.some((stage) => stage === status);
}

function verdict({ status, changed, durationMs, deploymentId, plan }: DeploymentRecord): string {
  if (status === "planned")
    return plan && hasChanges(plan) ? "planned, nothing was changed" : "nothing would change";
  if (status === "succeeded" && !changed) return "this revision runs already, nothing was deployed";
  if (status === "succeeded" && !deploymentId) return "this revision runs already, the desired count was set";
  return `${status} after ${formatDuration(durationMs)}${deploymentId ? ` (${lastPart(deploymentId)})` : ""}`;
}

/** A list, as there may be many: in the annotation they are one sentence. */
function findings({ findings }: DeploymentRecord): string {
  const items = findings.map(({ text, mend, kind }) => {
    const head = kind === "unchecked" ? `Could not check: ${text}` : text;
    const sign = kind === undefined ? "❌" : kind === "note" ? "ℹ️" : "⚠️";
    return `- ${sign} ${escapeText(head)}${mend ? `\\\n  → ${escapeText(mend)}` : ""}`;
  });
  return items.join("\n");
}

/** An ARN is told by its end; the output has all of it. */
function lastPart(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

function facts(record: DeploymentRecord): string {
  const rows = [
    ["Revision before", shortRevision(record.revisionBefore)],
    ["Revision after", shortRevision(record.revisionAfter)],
    ["Image", record.image],
    ["Stages", stageTimes(record)],
  ];
  return markdownTable(
    ["", ""],
    rows.filter(([, value]) => value),
  );
}

/** Such as `started after 12 s, traffic-shifted after 3 min 5 s`. */
function stageTimes({ durations, deploymentId }: DeploymentRecord): string {
  if (!deploymentId) return "";
  const reached = stages.flatMap((stage) => {
    const ms = durations[stage];
    return ms === undefined ? [] : `${stage} after ${formatDuration(ms)}`;
  });
  return reached.join(", ");
}

function lifecycle(events: readonly LifecycleEvent[]): string {
  const rows = events.map(({ name, status, startedAt, endedAt, diagnostics }) => [
    name,
    status,
    startedAt && endedAt ? formatDuration(endedAt - startedAt) : "",
    diagnostics ?? "",
  ]);
  return markdownTable(["Lifecycle event", "Status", "Time", ""], rows);
}

function traffic(points: readonly TrafficPoint[]): string {
  const rows = points.map(({ atMs, blue, green }) => [formatDuration(atMs), `${blue} %`, `${green} %`]);
  return markdownTable(["Traffic after", "Old tasks", "New tasks"], rows);
}

/** Tasks of one crash loop say the same: the log is shown for the newest, which comes first. */
function failedTask(task: FailedTask, index: number): string {
  const exit = task.exitCode === undefined ? "" : `, exit code ${task.exitCode}`;
  const reason = [task.stoppedReason, task.containerReason].filter(Boolean).join("; ");
  const head = `Task ${task.taskId}: ${task.container}${exit} (${task.stopCode}: ${reason})`;
  return index === 0 && task.logLines.length > 0
    ? details(head, task.logLines.join("\n"))
    : `- ${escapeText(head)}`;
}

function details(head: string, text: string): string {
  return `<details><summary>${escapeText(head)}</summary>\n\n${codeBlock(text)}\n</details>`;
}
