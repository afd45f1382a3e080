import { setOutput } from "@actions/core";
import { appendSummary, type Card } from "../../core/card.ts";
import { ecsPages, revisionPage, runCommit } from "../../core/console.ts";
import { formatDuration } from "../../core/duration.ts";
import { faultsOf, notesFold } from "../../core/findings.ts";
import { counted, details, diffBlock, fold, markdownTable } from "../../core/summary.ts";
import { failedTasksFold } from "../../ecs/failed-task.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { describeState } from "./autoscaling-state.ts";
import { type ScaleRecord, stages } from "./record.ts";

/** Sets every output and writes the job summary, for a red end as for a green one. */
export async function publish(record: ScaleRecord): Promise<void> {
  const { before, now, autoscalingBefore } = record;
  setOutput("status", record.status ?? "failed");
  setOutput("cause", record.cause);
  setOutput("desired-count", now?.desired ?? "");
  setOutput("previous-desired-count", before?.desired ?? "");
  setOutput("running-count", now?.running ?? "");
  setOutput("autoscaling", autoscalingBefore === undefined ? "" : JSON.stringify(autoscalingBefore));
  setOutput("durations", JSON.stringify(record.durations));
  setOutput("changed", String(record.changed));
  setOutput("has-changes", String(record.changes.length > 0));
  await appendSummary(summaryOf(record));
}

/** Returns the job summary: a card. */
function summaryOf(record: ScaleRecord): Card {
  const { service, revision, notes, serviceEvents, failedTasks } = record;
  return {
    ok: isGreen(record),
    verdict: `${service}: ${verdict(record)}`,
    ...faultsOf(record),
    production: productionNow(record),
    notes,
    links: [...ecsPages(revision, record), ...revisionPage("task definition", revision), ...runCommit()],
    folds: [
      changesOf(record),
      fold("Before and after", beforeAndAfter(record)),
      failedTasksFold(failedTasks),
      serviceEvents.length > 0 ? details("Service events", serviceEvents.join("\n")) : "",
      notesFold(record.findings),
    ],
  };
}

function productionNow({ before, now, revision }: ScaleRecord): string {
  if (!now) return "";
  const change = before?.running === now.running ? "unchanged" : `before: ${before?.running}`;
  return `${now.running} of ${now.desired} tasks of ${shortRevision(revision)} (${change})`;
}

function changesOf({ status, changed, changes }: ScaleRecord): string {
  if (changes.length === 0) return "";
  const done = status === "planned" ? "would change" : changed ? "changed" : "requested, not changed";
  return fold(`${counted(changes.length, "setting")} ${done}`, diffBlock(changes));
}

function isGreen({ status }: ScaleRecord): boolean {
  return status === "succeeded" || status === "planned" || stages.some((stage) => stage === status);
}

function verdict({ status, changed, changes, durationMs, now, settled }: ScaleRecord): string {
  if (status === "planned")
    return changes.length > 0 ? "planned, nothing was changed" : "nothing would change";
  const after = `${status} after ${formatDuration(durationMs)}`;
  if (status !== "succeeded") return after;
  const count = `${now?.running} of ${now?.desired} tasks run and serve`;
  const end = settled && `; ${settled}`;
  return changed
    ? `${count} after ${formatDuration(durationMs)}${end}`
    : `already ${count}, nothing was changed${end}`;
}

function beforeAndAfter(record: ScaleRecord): string {
  const { before, now, autoscalingBefore, autoscalingNow, durations } = record;
  if (!before || !now) return "";
  const rows = [
    ["Desired tasks", String(before.desired), String(now.desired)],
    ["Running tasks", String(before.running), String(now.running)],
    ["Autoscaling", describeState(autoscalingBefore), describeState(autoscalingNow)],
    ...stages.slice(1).flatMap((stage) => {
      const ms = record.changed ? durations[stage] : undefined;
      return ms === undefined ? [] : [[`Until ${stage}`, "", formatDuration(ms)]];
    }),
  ];
  return markdownTable(["Setting", "Before", record.status === "planned" ? "Now" : "After"], rows);
}
