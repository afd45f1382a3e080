import type { ActionRun, Snapshot, Wait } from "./snapshot.ts";

/** Everything there is to tell of an execution, a line each; what was told once need not be told again. */
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

/** What is said of an action: why it failed, or what it did; a source without a summary, as an image, is told by its revision. */
export function wordsOf({ category, status, summary, error, externalId }: ActionRun): string {
  if (status === "Failed" && error?.message) return error.message;
  if (category !== "Source") return summary;
  return firstLine(summary) || externalId;
}

/** What an execution waits for, with what a reader needs to end the wait. */
export function sayWait(wait: Wait): string {
  if (wait.kind === "other") return `${wait.stage}: waiting until execution ${wait.executionId} has left it`;
  if (wait.kind === "approval") {
    const { stage, name, configuration } = wait.action;
    const { CustomData, ExternalEntityLink } = configuration;
    const words = [CustomData && `"${oneLine(CustomData)}"`, ExternalEntityLink].filter(Boolean).join(", ");
    return `${stage} / ${name}: waiting for approval${words ? ` (${words})` : ""}`;
  }
  const since = wait.since ? ` since ${wait.since.toISOString().slice(0, 16).replace("T", " ")} UTC` : "";
  const who = wait.by ? ` by ${wait.by.slice(wait.by.lastIndexOf("/") + 1)}` : "";
  const why = wait.reason ? `: "${oneLine(wait.reason)}"` : "";
  return `${wait.stage}: waiting, as the transition into it is disabled${who}${since}${why}`;
}

/** Of a commit's message, its subject. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
