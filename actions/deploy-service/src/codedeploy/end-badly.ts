import { formatDuration } from "../../../shared/duration.ts";
import { shortRevision } from "../../../shared/ecs/revision.ts";
import { findService } from "../../../shared/ecs/service.ts";
import { Failure } from "../../../shared/failure.ts";
import { causeOf } from "../diagnosis/causes.ts";
import { gatherEvidence } from "../diagnosis/evidence.ts";
import type { Status } from "../record.ts";
import type { Deployment } from "./deploy-revision.ts";
import type { Snapshot } from "./snapshot.ts";

/** Finds out why, puts it on the record, and answers the Failure whose first words are the cause. */
export async function endBadly(
  deployment: Deployment,
  snapshot: Snapshot,
  status?: Status,
): Promise<Failure> {
  const { world, inputs, record, revision, budget } = deployment;
  const evidence = await gatherEvidence(
    world,
    { ...inputs, revision, taskSet: snapshot.greenTaskSet },
    snapshot,
  );
  const cause = causeOf(evidence);
  record.status = status ?? statusOf(snapshot);
  record.failedTasks = [...evidence.failedTasks];
  record.serviceEvents = [...evidence.serviceEvents];
  const late = status === "timed-out" ? `not done after ${formatDuration(budget.ms)}; ` : "";
  record.cause =
    status === "timed-out" ? `Not done after ${formatDuration(budget.ms)}: ${cause.text}` : cause.text;
  const { revision: running } = await findService(world, inputs);
  const production =
    running === revision
      ? `production runs the new ${shortRevision(running)}`
      : `production still runs ${shortRevision(running)}`;
  return new Failure(
    `${cause.text} (${late}deployment ${record.deploymentId} ${sayEnd(snapshot)}; ${production})`,
    {
      nextStep: cause.nextStep,
    },
  );
}

function statusOf({ status, info }: Snapshot): Status {
  if (info.rollbackInfo?.rollbackDeploymentId) return "rolled-back";
  return status === "Stopped" ? "stopped" : "failed";
}

function sayEnd({ status, info }: Snapshot): string {
  const rollback = info.rollbackInfo?.rollbackDeploymentId;
  return rollback ? `${status}, rolled back by ${rollback}` : status;
}
