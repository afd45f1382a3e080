import { formatDuration } from "../../shared/duration.ts";
import { failedTasksList } from "../../shared/ecs/failed-tasks-summary.ts";
import { findingsList } from "../../shared/findings-summary.ts";
import { codeBlock, details, escapeText, markdownTable } from "../../shared/summary.ts";
import { describeState } from "./autoscaling/describe.ts";
import { type ScaleRecord, stages } from "./record.ts";

/** Returns the job summary: result first, then details. */
export function summaryOf(record: ScaleRecord): string {
  return [
    `### ${isGreen(record) ? "✅" : "❌"} ${escapeText(record.service)}: ${verdict(record)}`,
    record.cause && !isFinding(record) && `**${escapeText(record.cause)}**`,
    ...record.notes.map(escapeText),
    findingsList(record.findings),
    beforeAndAfter(record),
    ...changesOf(record),
    ...failedTasksList(record.failedTasks),
    record.serviceEvents.length > 0 && details("Service events", record.serviceEvents.join("\n")),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** Returns whether a finding has the same text, with its fix. */
function isFinding({ cause, findings }: ScaleRecord): boolean {
  return findings.some(({ kind, text }) => kind === undefined && text === cause);
}

function changesOf({ status, changed, changes }: ScaleRecord): string[] {
  if (changes.length === 0) return [];
  const head = status === "planned" ? "Would change:" : changed ? "Changed:" : "Requested, not changed:";
  return [head, codeBlock(changes.join("\n"), "diff")];
}

function isGreen({ status }: ScaleRecord): boolean {
  return status === "succeeded" || status === "planned" || stages.some((stage) => stage === status);
}

function verdict({ status, changed, changes, durationMs, now }: ScaleRecord): string {
  if (status === "planned")
    return changes.length > 0 ? "planned, nothing was changed" : "nothing would change";
  const after = `${status} after ${formatDuration(durationMs)}`;
  if (status !== "succeeded") return after;
  const count = `${now?.running} of ${now?.desired} tasks run and serve`;
  return changed ? `${count} after ${formatDuration(durationMs)}` : `already ${count}, nothing was changed`;
}

function beforeAndAfter(record: ScaleRecord): string {
  const { before, now, autoscalingBefore, autoscalingNow, durations } = record;
  if (!before || !now) return "";
  const rows = [
    ["Desired tasks", String(before.desired), String(now.desired)],
    ["Running tasks", String(before.running), String(now.running)],
    ["Autoscaling", sayState(autoscalingBefore), sayState(autoscalingNow)],
    ...stages.slice(1).flatMap((stage) => {
      const ms = record.changed ? durations[stage] : undefined;
      return ms === undefined ? [] : [[`Until ${stage}`, "", formatDuration(ms)]];
    }),
  ];
  return markdownTable(["", "Before", record.status === "planned" ? "Now" : "After"], rows);
}

function sayState(state: ScaleRecord["autoscalingNow"]): string {
  if (state === undefined) return "not known";
  const names = state?.Policies.map(({ PolicyName }) => PolicyName) ?? [];
  return [describeState(state), ...names].join(", ");
}
