import type { DeliveryContext } from "../../delivery/context.ts";
import { deploy } from "../../delivery/deploy.ts";
import { upperFirst } from "../../delivery/deployment/deployment.ts";
import { newRecord, type Plan } from "../../delivery/record.ts";
import { findService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { endActive } from "./end-active.ts";
import { findTarget } from "./find-target.ts";
import { deployFormer, goBack, planWithout, type Rollback } from "./go-back.ts";
import { isWayBack, type PastDeployment, type ServiceHistory } from "./service-history.ts";

/** Ends the running deployment; a given revision is deployed next. */
export async function rollBackActive(
  rollback: Rollback,
  history: ServiceHistory,
  active: PastDeployment,
): Promise<void> {
  const { context, inputs, record } = rollback;
  const target = await findNext(rollback, active);
  // The engine waits for that deployment, and finds that production runs the wanted revision.
  if (target !== undefined && target === active.revision) return deployFormer(rollback, target);
  // Faults of the next revision are found before anything is stopped.
  const plan = target === undefined ? undefined : await rehearse(rollback, target);
  record.plan = planEnd(context, active, plan);
  if (inputs.mode === "plan") {
    record.status = "planned";
    return;
  }
  const startedAt = context.clock.now();
  const isBack = await endActive({ context, inputs, record, history, active });
  if (isBack && target === undefined) {
    record.status = "succeeded";
    return;
  }
  const current = await readAgain(rollback, startedAt);
  if (target !== undefined) return deployFormer(current, target);
  if (inputs.to === "last-good") return goBack({ ...current, deployments: await history.list() });
  throw new Failure(`${upperFirst(active.name)} succeeded before it could be stopped`, {
    nextStep: "run this job again with to: last-good.",
  });
}

/** Prepares the next deployment: the remaining time, and a record without the course of the ended one. */
async function readAgain(rollback: Rollback, startedAt: number): Promise<Rollback> {
  const { context, inputs, record } = rollback;
  record.traffic = [];
  record.events = [];
  const passed = context.clock.now() - startedAt;
  const deadlineMs = inputs.deadlineMs && Math.max(0, inputs.deadlineMs - passed);
  return { ...rollback, inputs: { ...inputs, deadlineMs }, service: await findService(context, inputs) };
}

/** Returns the ARN that production should run in the end; undefined: the one before the active deployment. */
async function findNext(
  { context, inputs, service, deployments }: Rollback,
  active: PastDeployment,
): Promise<string | undefined> {
  if (inputs.to === "active") return undefined;
  if (inputs.to === "last-good") return isWayBack(deployments, active.revision) ? active.revision : undefined;
  const found = await findTarget(context, inputs, service, deployments);
  return "revision" in found ? found.revision : undefined;
}

/** Throws the reason for which the revision's deployment would be refused. */
async function rehearse({ context, inputs }: Rollback, revision: string): Promise<Plan | undefined> {
  const record = newRecord(inputs.cluster, inputs.service);
  const silent = { ...context, log: { ...context.log, info: () => {}, notice: () => {} } };
  await deploy(silent, { ...inputs, mode: "plan", source: { revision } }, record);
  return record.plan;
}

function planEnd(
  { log }: DeliveryContext,
  { name, isRollback }: PastDeployment,
  { serviceChanges, ...others } = planWithout([]),
): Plan {
  if (isRollback) return { ...others, serviceChanges };
  const change = `~ service.deployment: ${name} → stopped and rolled back`;
  log.info(`Changes to production:\n${change}`);
  return { ...others, serviceChanges: [change, ...serviceChanges] };
}
