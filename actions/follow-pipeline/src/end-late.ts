import { formatDuration } from "../../shared/duration.ts";
import { Failure } from "../../shared/failure.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import type { Following } from "./following.ts";
import { sayWait } from "./lines.ts";
import type { Snapshot } from "./snapshot.ts";

/** Reports how far the execution got, and applies on-cancel. */
export async function endLate(following: Following, snapshot: Snapshot): Promise<Failure> {
  const { context, inputs, record, budgetMs, deployments } = following;
  record.status = "timed-out";
  const late = `Not done after ${formatDuration(budgetMs)}`;
  record.cause = `${late}: ${sayState(snapshot)}`;
  const { pipeline } = inputs;
  const handle = { pipeline, executionId: record.executionId, deploymentIds: deployments.ongoing() };
  const fate = await applyOnCancel(context, inputs.onCancel, handle, late);
  return new Failure(`${record.cause} (execution ${record.executionId} ${fate})`, {
    nextStep: "complete what it waits for, or raise the input deadline; then run this job again.",
  });
}

function sayState({ waits, actions }: Snapshot): string {
  const running = actions.filter(({ status }) => status === "InProgress");
  if (waits.length > 0) return waits.map(sayWait).join("; ");
  if (running.length > 0)
    return `${running.map(({ stage, name }) => `${stage} / ${name}`).join(", ")} InProgress`;
  return "it has not started its next stage";
}
