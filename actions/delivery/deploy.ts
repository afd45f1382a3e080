import { beforeChanges } from "../core/outage-tolerance.ts";
import { shortRevision } from "../ecs/revision.ts";
import type { DeliveryContext } from "./context.ts";
import { deployRevision } from "./deployment/deploy-revision.ts";
import type { DeployInputs } from "./inputs.ts";
import { prepare } from "./prepare.ts";
import { type DeploymentRecord, reach } from "./record.ts";
import { registerAlone, registerWanted } from "./register.ts";
import { refuseExpired } from "./verify/credentials-life.ts";

/** Verifies, plans, registers, and deploys with the service's own controller. */
export async function deploy(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Promise<void> {
  if (!record.changed) await refuseExpired(context);
  if (inputs.service) await deployToService(context, inputs, record);
  else await registerAlone(context, inputs, record);
  if (inputs.keptRevisions === undefined || inputs.mode === "plan") return;
  const { deregisterOldRevisions } = await import("./deregister-old-revisions.ts");
  await deregisterOldRevisions(context, inputs.keptRevisions, record);
}

async function deployToService(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Promise<void> {
  const { service, mode, waitUntil, desiredCount } = inputs;
  const preparing = prepare(context, inputs, record);
  // A rollback may have stopped another deployment already.
  const { wanted, engine, budget } = await (record.changed ? preparing : beforeChanges(preparing));
  if (mode === "plan") {
    record.status = "planned";
    return;
  }
  const revision = await registerWanted(context, wanted, record.plan);
  record.revisionAfter = revision;
  reach(record, "registered", context.clock.now());
  if (waitUntil === "registered") {
    record.status = "registered";
    context.log.info(`${shortRevision(revision)} is registered; nothing is deployed (wait-until).`);
    return;
  }
  await deployRevision(context, inputs, { record, budget, engine, revision });
  context.log.info(`${service} runs ${shortRevision(revision)}.`);
  if (desiredCount !== 0) return;
  const note = `${service} runs no tasks now, as desired-count is 0; the revision was not tested.`;
  record.notes.push(note);
  context.log.notice(note);
}
