import type { DeliveryContext } from "../../delivery/context.ts";
import { deploy } from "../../delivery/deploy.ts";
import { markCommit } from "../../delivery/order/run-tag.ts";
import type { DeploymentRecord, Plan } from "../../delivery/record.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import type { RunningService } from "../../shared/ecs/service.ts";
import { findTarget } from "./find-target.ts";
import type { RollbackInputs } from "./inputs.ts";
import type { PastDeployment } from "./service-history.ts";

/** A rollback on request, and the state of the service. */
export interface Rollback {
  readonly context: DeliveryContext;
  readonly inputs: RollbackInputs;
  readonly record: DeploymentRecord;
  readonly service: RunningService;
  /** Newest first. */
  readonly deployments: readonly PastDeployment[];
}

/** Deploys the requested revision, unless production runs it again already. */
export async function goBack(rollback: Rollback): Promise<void> {
  const { context, inputs, service, deployments } = rollback;
  const found = await findTarget(context, inputs, service, deployments);
  if ("there" in found) return stay(rollback, found.there);
  await deployFormer(rollback, found.revision);
}

/** Deploys with deploy-service's engine: verified, planned, followed and checked like every deployment. */
export async function deployFormer(
  { context, inputs, record, service }: Rollback,
  revision: string,
): Promise<void> {
  context.log.info(`Rolling back from ${shortRevision(service.revision)} to ${shortRevision(revision)}.`);
  await deploy(context, { ...inputs, source: { revision } }, record);
}

/** Returns the plan of a rollback that deploys nothing. */
export function planWithout(serviceChanges: string[]): Plan {
  return { revision: undefined, revisionChanges: [], images: [], imagesMoved: false, serviceChanges };
}

async function stay({ context, inputs, record, service }: Rollback, why: string): Promise<void> {
  if (inputs.mode !== "plan") await markCommit(context, service);
  record.status = inputs.mode === "plan" ? "planned" : "succeeded";
  record.revisionAfter = service.revision;
  record.plan = planWithout([]);
  const note = `Nothing to roll back: ${why}. ${inputs.service} runs ${shortRevision(service.revision)}; to roll back from it, set a revision (input to).`;
  record.notes.push(note);
  context.log.notice(note);
}
