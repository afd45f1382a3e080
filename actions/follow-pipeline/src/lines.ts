import { lastSegment } from "../../core/arn.ts";
import type { ActionRun, Snapshot, Wait } from "./snapshot.ts";

/** Describes an execution in lines; a line that was logged once is not repeated. */
export function linesOf(snapshot: Snapshot): string[] {
  const { status, statusSummary, actions, waits } = snapshot;
  const head = `execution ${status}${statusSummary ? `: ${statusSummary}` : ""}`;
  const ended = status !== "InProgress";
  return [
    ...(ended ? [] : [head]),
    ...actions.map(lineOfAction),
    ...waits.map(sayWait),
    ...(ended ? [head] : []),
  ];
}

function lineOfAction(action: ActionRun): string {
  const words = wordsOf(action);
  return `${action.stage} / ${action.name} ${action.status}${words ? `: ${oneLine(words)}` : ""}`;
}

/**
 * Describes an action: why it failed, or what it did. A source without a summary, such as an image, is described by its
 * revision.
 */
export function wordsOf({ category, status, summary, error, externalId }: ActionRun): string {
  if (status === "Failed" && error?.message) return error.message;
  if (category !== "Source") return summary;
  return firstLine(summary) || externalId;
}

/** Describes what an execution waits for, with what a reader needs to end the wait. */
export function sayWait(wait: Wait): string {
  if (wait.kind === "other") return `${wait.stage}: waiting until execution ${wait.executionId} leaves it`;
  if (wait.kind === "approval") {
    const { stage, name, configuration } = wait.action;
    const { CustomData, ExternalEntityLink } = configuration;
    const words = [CustomData && `"${oneLine(CustomData)}"`, ExternalEntityLink].filter(Boolean).join(", ");
    return `${stage} / ${name}: waiting for approval${words ? ` (${words})` : ""}`;
  }
  const since = wait.since ? ` since ${wait.since.toISOString().slice(0, 16).replace("T", " ")} UTC` : "";
  const who = wait.by ? ` by ${lastSegment(wait.by)}` : "";
  const why = wait.reason ? `: "${oneLine(wait.reason)}"` : "";
  return `${wait.stage}: waiting, because the transition into it is disabled${who}${since}${why}`;
}

/** Returns the subject of a commit's message. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
