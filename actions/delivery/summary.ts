import { formatDuration } from "../shared/duration.ts";
import { failedTasksList } from "../shared/ecs/failed-tasks-summary.ts";
import { shortRevision } from "../shared/ecs/revision.ts";
import { findingsList } from "../shared/findings-summary.ts";
import { details, escapeText, markdownTable } from "../shared/summary.ts";
import { changesSummary } from "./plan/changes-summary.ts";
import { hasChanges } from "./plan/plan.ts";
import { type DeploymentRecord, type LifecycleEvent, stages, type TrafficPoint } from "./record.ts";
import { trafficChart } from "./traffic-chart.ts";

/** Returns the job summary: result first, then details. */
export function summaryOf(record: DeploymentRecord): string {
  return [
    `### ${isGreen(record) ? "✅" : "❌"} ${record.service || "Task definition"}: ${verdict(record)}`,
    record.cause && `**${escapeText(record.cause)}**`,
    ...record.notes.map(escapeText),
    findingsList(record.findings),
    facts(record),
    record.plan && changesSummary(record.plan, record.revisionBefore, record.service),
    ...courseOf(record),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** Describes the course of a deployment: events, traffic, and failures; missing parts are empty. */
export function courseOf(record: DeploymentRecord): string[] {
  return [
    record.events.length > 0 ? lifecycle(record.events) : "",
    trafficChart(record.traffic, record.durationMs),
    record.traffic.length > 0 ? traffic(record.traffic) : "",
    ...failedTasksList(record.failedTasks),
    record.serviceEvents.length > 0 ? details("Service events", record.serviceEvents.join("\n")) : "",
  ];
}

function isGreen({ status }: DeploymentRecord): boolean {
  return status === "succeeded" || status === "planned" || stages.some((stage) => stage === status);
}

function verdict({ status, changed, durationMs, deploymentId, plan }: DeploymentRecord): string {
  if (status === "planned")
    return plan && hasChanges(plan) ? "planned, nothing was changed" : "nothing would change";
  if (status === "succeeded" && !changed) return "this revision already runs, nothing was deployed";
  if (status === "succeeded" && !deploymentId) return "this revision already runs, the desired count was set";
  return `${status} after ${formatDuration(durationMs)}${deploymentId ? ` (${lastPart(deploymentId)})` : ""}`;
}

/** Shortens an ARN to its last part; the output has all of it. */
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

/** Returns a text such as `started after 12 s, traffic-shifted after 3 min 5 s`. */
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
