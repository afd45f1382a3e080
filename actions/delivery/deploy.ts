import { refuseFindings } from "../core/findings.ts";
import { beforeChanges, readBeforeChanges, retryOutages } from "../core/outage-tolerance.ts";
import type { TaskDefinitionInput } from "../core/task-definition.ts";
import { diffTaskDefinitions } from "../core/task-definition-diff.ts";
import {
  describeRevision,
  diffRevision,
  settleRevision as findOrRegister,
  registerRevision,
  shortRevision,
} from "../ecs/revision.ts";
import type { RunningService } from "../ecs/service.ts";
import type { DeliveryContext } from "./context.ts";
import type { Deployment } from "./deployment/deployment.ts";
import type { DeployInputs } from "./inputs.ts";
import { markCommit } from "./order/run-tag.ts";
import { findRevision, type WantedRevision } from "./plan/plan.ts";
import { prepare } from "./prepare.ts";
import { type DeploymentRecord, keepContainer, type Plan, reach } from "./record.ts";
import type { FoundSchedules } from "./schedules/verify.ts";
import { refuseExpired } from "./verify/credentials-life.ts";

/** Verifies, plans, registers, and deploys with the service's own controller. */
export async function deploy(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Promise<void> {
  if (!record.changed) await refuseExpired(context);
  if (inputs.mode === "continue") {
    const { continueWaiting } = await import("./gate/continue.ts");
    await continueWaiting(context, inputs, record);
  } else if (inputs.service) await deployToService(context, inputs, record);
  else await registerAlone(context, inputs, record);
  // A revision that waits is not in production yet.
  if (inputs.keptRevisions === undefined || inputs.mode === "plan" || record.status === "ready") return;
  const { deregisterOldRevisions } = await import("./deregister-old-revisions.ts");
  await deregisterOldRevisions(context, inputs.keptRevisions, [record]);
}

async function deployToService(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Promise<void> {
  const preparing = prepare(context, inputs, record);
  // A rollback may have stopped another deployment already.
  const prepared = await (record.changed ? preparing : beforeChanges(preparing));
  if (inputs.mode === "plan") {
    record.status = "planned";
    return;
  }
  const { wanted, schedules, ...rest } = prepared;
  const revision = await registerWanted(context, wanted, record.plan);
  await deployPrepared(context, inputs, record, { ...rest, revision }, schedules);
}

/** Deploys a registered revision after everything is verified. Returns its service, unless it gets no traffic yet. */
export async function deployPrepared(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
  { engine, budget, revision }: Omit<Deployment, "record">,
  schedules?: FoundSchedules,
): Promise<RunningService | undefined> {
  const { service, waitUntil, desiredCount } = inputs;
  record.revisionAfter = revision;
  reach(record, "registered", context.clock.now());
  if (waitUntil === "registered") {
    record.status = "registered";
    context.log.info(`${shortRevision(revision)} is registered; nothing is deployed (wait-until).`);
    return undefined;
  }
  const { deployRevision } = await import("./deployment/deploy-revision.ts");
  const deployed = await deployRevision(context, inputs, { record, budget, engine, revision });
  if (record.status === "ready") return undefined;
  context.log.info(`${service} runs ${shortRevision(revision)}.`);
  if (schedules) {
    const { moveSchedules } = await import("./schedules/move.ts");
    await moveSchedules(context, schedules, revision, record);
  }
  // A rollback of all services, or a schedule that cannot be moved, would make it wrong.
  if (!marksTogether(inputs)) await markCommit(context, deployed);
  if (desiredCount === 0) {
    const note = `${service} runs no tasks now, as desired-count is 0; the revision was not tested.`;
    record.notes.push(note);
    context.log.notice(note);
  }
  return deployed;
}

/** Returns whether the services of a list get the commit's tag only once all of the step is done. */
export function marksTogether({ services, schedules, onFailure }: DeployInputs): boolean {
  return services !== undefined && (schedules !== undefined || onFailure === "rollback-all");
}

/** Returns the ARN of the planned revision, which is registered if none is equal. */
export async function registerWanted(
  context: DeliveryContext,
  { taskDefinition }: WantedRevision,
  plan: Plan | undefined,
): Promise<string> {
  if (plan?.revision !== undefined) {
    context.log.info(`Using ${shortRevision(plan.revision)}, which is already registered.`);
    return plan.revision;
  }
  if (!taskDefinition) throw new Error("the faults of a task definition are found before");
  return register(context, taskDefinition);
}

/**
 * Registers the revision. A response may get lost after ECS has registered it: from the second try on, an equal one is
 * used.
 */
function register(context: DeliveryContext, wanted: TaskDefinitionInput): Promise<string> {
  let attempt = registerRevision;
  return retryOutages(context, () => {
    const registered = attempt(context, wanted);
    attempt = findOrRegister;
    return registered;
  });
}

/** Registers a revision without deploying it, unless the family's latest one is equal. */
async function registerAlone(
  context: DeliveryContext,
  { source, rules, mode }: Pick<DeployInputs, "source" | "rules" | "mode">,
  record: DeploymentRecord,
): Promise<void> {
  const { taskDefinition, findings } = await findRevision(context, source, rules);
  record.findings.push(...findings);
  refuseFindings(findings, context.log);
  if (!taskDefinition) throw new Error("a task definition without faults is read");
  const { family = "" } = taskDefinition;
  const latest = await readBeforeChanges(context, () => describeRevision(context, family), {
    firstContact: true,
  });
  const arn = latest?.taskDefinition?.taskDefinitionArn;
  const changes = latest ? diffRevision(latest, taskDefinition) : diffTaskDefinitions({}, taskDefinition);
  const equal = changes.length === 0 ? arn : undefined;
  record.revisionBefore = arn ?? "";
  keepContainer(record, taskDefinition.containerDefinitions?.[0]);
  const nothing = { images: [], imagesMoved: false, serviceChanges: [] };
  record.plan = { revision: equal, revisionChanges: changes, ...nothing };
  const compared = arn ? shortRevision(arn) : `${family}, which is new`;
  context.log.info(
    equal
      ? `${shortRevision(equal)} is already registered with the same content.`
      : `Changes to ${compared}:\n${changes.join("\n")}`,
  );
  record.status = mode === "plan" ? "planned" : "registered";
  if (mode === "plan") return;
  record.revisionAfter = equal ?? (await register(context, taskDefinition));
  reach(record, "registered", context.clock.now());
}
