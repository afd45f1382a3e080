import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { confirmSuccess } from "../../delivery/deployment/outcome.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { endFailed, endStopped } from "./end-failed.ts";
import type { Ending, Following } from "./follow.ts";
import { sayWait } from "./lines.ts";
import { sayWanted } from "./pipeline.ts";
import type { Snapshot } from "./snapshot.ts";

/** Returns only if this execution Succeeded and production runs what it deployed; throws the cause of any other end. */
export async function checkOutcome(following: Following, { kind, snapshot }: Ending): Promise<void> {
  if (kind === "deadline") throw await endLate(following, snapshot);
  following.context.keepForPost(undefined);
  if (kind === "other-revision") throw otherRevisionTaken(following, snapshot);
  if (snapshot.status === "Failed") throw await endFailed(following, snapshot);
  if (snapshot.status !== "Succeeded") throw await endStopped(following, snapshot);
  await confirmDeployments(following);
  following.record.status = "succeeded";
}

async function confirmDeployments({ deployments, record }: Following): Promise<void> {
  for (const { checked, running } of deployments.all()) {
    try {
      await confirmSuccess(checked, `Deployment ${running.id}`);
      checked.record.status = "succeeded";
    } catch (error) {
      record.status = checked.record.status === "superseded" ? "superseded" : "failed";
      throw error;
    }
  }
}

/** Reports how far the execution got, and applies on-cancel. */
async function endLate(following: Following, snapshot: Snapshot): Promise<Failure> {
  const { context, inputs, record, budgetMs, deployments } = following;
  record.status = "timed-out";
  const late = `Not done after ${formatDuration(budgetMs)}`;
  record.cause = `${late}: ${sayState(snapshot)}`;
  const { pipeline } = inputs;
  const handle = { pipeline, executionId: record.executionId, deploymentIds: deployments.ongoing() };
  const fate = await applyOnCancel(context, inputs.onCancel, handle, late);
  return new Failure(`${record.cause} (execution ${record.executionId} ${fate})`, {
    nextStep: "complete what it waits for, then run this job again.",
  });
}

function sayState({ waits, actions }: Snapshot): string {
  const running = actions.filter(({ status }) => status === "InProgress");
  if (waits.length > 0) return waits.map(sayWait).join("; ");
  if (running.length > 0)
    return `${running.map(({ stage, name }) => `${stage} / ${name}`).join(", ")} InProgress`;
  return "it has not started its next stage";
}

/**
 * Explains that the branch or tag had moved before the source was read, so this execution deploys somebody else's
 * change.
 */
function otherRevisionTaken({ record, wanted }: Following, { revisions }: Snapshot): Failure {
  record.status = "superseded";
  const taken = revisions.map(({ id }) => id).join(" and ");
  return new Failure(
    `Execution ${record.executionId} took ${taken} from its sources, not ${sayWanted(wanted)}; it continues`,
    {
      nextStep:
        "nothing, if a newer version should be deployed; otherwise run this job again to set the branch or tag to this version again.",
    },
  );
}
