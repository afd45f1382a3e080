import { confirmSuccess } from "../../delivery/deployment/confirm-success.ts";
import { awaitsApproval } from "./awaits-approval.ts";
import { endFailed } from "./end-failed.ts";
import { endLate } from "./end-late.ts";
import { endStopped } from "./end-stopped.ts";
import type { Ending } from "./follow.ts";
import type { Following } from "./following.ts";
import { tookOther } from "./took-other.ts";

/** Returns only if this execution Succeeded and production runs what it deployed; throws the cause of any other end. */
export async function judge(following: Following, { kind, snapshot }: Ending): Promise<void> {
  if (kind === "deadline") throw await endLate(following, snapshot);
  following.context.keepForPost(undefined);
  if (kind === "approval") throw awaitsApproval(following, snapshot);
  if (kind === "other-revision") throw tookOther(following, snapshot);
  if (snapshot.status === "Failed") throw await endFailed(following, snapshot);
  if (snapshot.status !== "Succeeded") throw await endStopped(following, snapshot);
  await confirmDeployments(following);
  following.record.status = "succeeded";
}

async function confirmDeployments({ deployments, record }: Following): Promise<void> {
  for (const { judged, running } of deployments.all()) {
    try {
      await confirmSuccess(judged, `Deployment ${running.id}`);
      judged.record.status = "succeeded";
    } catch (error) {
      record.status = judged.record.status === "superseded" ? "superseded" : "failed";
      throw error;
    }
  }
}
