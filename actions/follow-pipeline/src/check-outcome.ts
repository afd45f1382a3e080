import { confirmSuccess } from "../../delivery/deployment/confirm-success.ts";
import { awaitsApproval } from "./awaits-approval.ts";
import { endFailed } from "./end-failed.ts";
import { endLate } from "./end-late.ts";
import { endStopped } from "./end-stopped.ts";
import type { Ending } from "./follow.ts";
import type { Following } from "./following.ts";
import { otherRevisionTaken } from "./other-revision.ts";

/** Returns only if this execution Succeeded and production runs what it deployed; throws the cause of any other end. */
export async function checkOutcome(following: Following, { kind, snapshot }: Ending): Promise<void> {
  if (kind === "deadline") throw await endLate(following, snapshot);
  following.context.keepForPost(undefined);
  if (kind === "approval") throw awaitsApproval(following, snapshot);
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
