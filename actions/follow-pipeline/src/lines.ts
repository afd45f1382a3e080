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

function lineOfAction({ stage, name, status, summary, error }: ActionRun): string {
  const words = status === "Failed" ? (error?.message ?? summary) : summary;
  return `${stage} / ${name} ${status}${words ? `: ${oneLine(words)}` : ""}`;
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

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
