import { formatDuration } from "../core/duration.ts";
import { Failure } from "../core/failure.ts";
import { hasFaults, refuseFindings } from "../core/findings.ts";
import { beforeChanges, persist } from "../core/outage-tolerance.ts";
import type { TaskDefinitionInput } from "../core/task-definition.ts";
import { diffTaskDefinitions } from "../core/task-definition-diff.ts";
import {
  describeRevision,
  diffRevision,
  settleRevision as findOrRegister,
  registerRevision,
  shortRevision,
} from "../ecs/revision.ts";
import { findService, type RunningService, targetGroupOf } from "../ecs/service.ts";
import { createCodeDeployEngine } from "./codedeploy/engine.ts";
import type { DeliveryContext } from "./context.ts";
import { deployRevision } from "./deployment/deploy-revision.ts";
import type { Budget } from "./deployment/deployment.ts";
import { settingsNow } from "./deployment/service-settings.ts";
import { createEcsEngine } from "./ecs/engine.ts";
import type { Engine } from "./engine.ts";
import type { DeployInputs } from "./inputs.ts";
import { refuseOlderRun } from "./order/run-tag.ts";
import {
  diffOf,
  diffService,
  findRevision,
  hasChanges,
  planRevision,
  type WantedRevision,
} from "./plan/plan.ts";
import { type DeploymentRecord, keepContainer, type Plan, reach } from "./record.ts";
import { checkCredentialsLife, refuseExpired } from "./verify/credentials-life.ts";
import { checkFollowRights, refuseDenied } from "./verify/follow-rights.ts";
import { verify } from "./verify/verify.ts";

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
  const firstContact = true;
  // A rollback may have stopped another deployment already.
  const reads = record.changed ? <T>(reading: Promise<T>) => reading : beforeChanges;
  const wanted = await reads(
    persist(context, () => findRevision(context, inputs), { firstContact }).catch((error: Error) =>
      refuseDenied(context, inputs, [], error),
    ),
  );
  // When there is a fault to report already, an outage is not waited for.
  const find = () => findService(context, inputs);
  const found = hasFaults(wanted.findings) ? find() : persist(context, find, { firstContact });
  const service = await reads(
    found.catch((error: Error) => refuseDenied(context, inputs, wanted.findings, error)),
  );
  record.revisionBefore = service.revision;
  record.targetGroup = targetGroupOf(service);
  const engine = chooseEngine(service, context, inputs);
  await reads(verifyAndPlan(context, inputs, record, { engine, wanted, service }));
  refuseOlderRun(context, inputs, record, service);
  keepContainer(record, containerOf(wanted, engine));
  const budget = await reads(settleBudget(context, inputs, engine, record));
  if (inputs.mode === "plan") {
    record.status = "planned";
    return;
  }

  record.revisionAfter = await settleRevision(context, wanted, record.plan);
  reach(record, "registered", context.clock.now());
  if (inputs.waitUntil === "registered") {
    record.status = "registered";
    context.log.info(
      `${shortRevision(record.revisionAfter)} is registered; nothing is deployed (wait-until).`,
    );
    return;
  }
  await deployRevision({
    context,
    inputs,
    record,
    budget,
    engine,
    revision: record.revisionAfter,
    imagesMoved: record.plan?.imagesMoved,
  });
  context.log.info(`${inputs.service} runs ${shortRevision(record.revisionAfter)}.`);
  if (inputs.desiredCount === 0) noteNoTasks(context, inputs, record);
}

/** Verifies and plans without changing anything; the results are on the record before a fault ends the step. */
async function verifyAndPlan(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
  { engine, wanted, service }: { engine: Engine; wanted: WantedRevision; service: RunningService },
): Promise<void> {
  const [verified, missing, revisionPlan] = await Promise.all([
    verify(context, inputs, engine, wanted, service),
    checkFollowRights(context, inputs, service),
    persist(context, () => planRevision(context, wanted, service)).catch((error: Error) =>
      refuseDenied(context, inputs, [], error),
    ),
  ]);
  const findings = [...verified, ...missing];
  record.findings.push(...findings);
  if (revisionPlan) {
    const now = settingsNow(service.service);
    const { desiredCount = now.desiredCount, serviceSettings } = inputs;
    const settings = diffService(now, { desiredCount, ...serviceSettings });
    const plan = { ...revisionPlan, serviceChanges: [...settings, ...engine.serviceChanges()] };
    context.log.info(hasChanges(plan) ? `Changes to production:\n${diffOf(plan)}` : "Nothing changes.");
    record.plan = plan;
    if (inputs.mode === "plan" && wanted.taskDefinition) {
      const { describeCost } = await import("./plan/cost.ts");
      record.notes.push(await describeCost(context, service, wanted.taskDefinition, desiredCount ?? 0));
    }
  }
  refuseFindings(findings, context.log);
}

/** Returns the ARN of the registered revision, or of the new one. */
async function settleRevision(
  context: DeliveryContext,
  { taskDefinition }: WantedRevision,
  plan: Plan | undefined,
): Promise<string> {
  if (plan?.revision === undefined) {
    if (!taskDefinition) throw new Error("what is wrong with a task definition is found before");
    return registerOnce(context, taskDefinition);
  }
  context.log.info(`Using ${shortRevision(plan.revision)}, which is already registered.`);
  return plan.revision;
}

/**
 * Registers the revision. A response may get lost after ECS has registered it: from the second try on, an equal one is
 * used.
 */
function registerOnce(context: DeliveryContext, wanted: TaskDefinitionInput): Promise<string> {
  let register = registerRevision;
  return persist(context, () => {
    const attempt = register(context, wanted);
    register = findOrRegister;
    return attempt;
  });
}

/** Returns the container behind the load balancer, else the first one. */
function containerOf({ taskDefinition }: WantedRevision, engine: Engine) {
  const containers = taskDefinition?.containerDefinitions ?? [];
  const name = engine.containerName();
  return name === undefined ? containers[0] : containers.find((each) => each.name === name);
}

/** Computes the budget and warns when the credentials may expire before the deployment ends. */
async function settleBudget(
  context: DeliveryContext,
  { deadlineMs, waitUntil }: DeployInputs,
  engine: Engine,
  record: DeploymentRecord,
): Promise<Budget> {
  if (waitUntil === "registered") return { ms: 0, given: true };
  const given = deadlineMs !== undefined;
  const ms = deadlineMs ?? (await engine.computeBudget());
  if (!given)
    context.log.info(`Deadline: ${formatDuration(ms)}, computed from the deployment's configured waits.`);
  const findings = await checkCredentialsLife(context, ms);
  record.findings.push(...findings);
  refuseFindings(findings, context.log);
  return { ms, given };
}

function noteNoTasks({ log }: DeliveryContext, { service }: DeployInputs, record: DeploymentRecord): void {
  const note = `${service} runs no tasks now, as desired-count is 0; the revision was not tested.`;
  record.notes.push(note);
  log.notice(note);
}

/** Chooses the engine once, by the service's deployment controller in DescribeServices. */
function chooseEngine(service: RunningService, context: DeliveryContext, inputs: DeployInputs): Engine {
  if (service.controller === "CODE_DEPLOY") return createCodeDeployEngine(service, context, inputs);
  if (service.controller === "ECS") return createEcsEngine(service, context, inputs);
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action deploys services with ECS or CODE_DEPLOY`,
    {
      nextStep:
        "deploy it with the tool that created its task sets, or recreate it with one of these controllers.",
    },
  );
}

/** Registers a revision without deploying it, unless the family's latest one is equal. */
async function registerAlone(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Promise<void> {
  const { taskDefinition, findings } = await findRevision(context, inputs);
  record.findings.push(...findings);
  refuseFindings(findings, context.log);
  if (!taskDefinition) throw new Error("a task definition without faults is read");
  const family = taskDefinition.family ?? "";
  const latest = await beforeChanges(
    persist(context, () => describeRevision(context, family), { firstContact: true }),
  );
  const arn = latest?.taskDefinition?.taskDefinitionArn;
  const changes = latest ? diffRevision(latest, taskDefinition) : diffTaskDefinitions({}, taskDefinition);
  const equal = changes.length === 0 ? arn : undefined;
  record.revisionBefore = arn ?? "";
  keepContainer(record, taskDefinition.containerDefinitions?.[0]);
  record.plan = {
    revision: equal,
    revisionChanges: changes,
    images: [],
    imagesMoved: false,
    serviceChanges: [],
  };
  if (equal) context.log.info(`${shortRevision(equal)} is already registered with the same content.`);
  else
    context.log.info(
      `Changes to ${arn ? shortRevision(arn) : `${family}, which is new`}:\n${changes.join("\n")}`,
    );
  if (inputs.mode === "plan") {
    record.status = "planned";
    return;
  }
  record.revisionAfter = equal ?? (await persist(context, () => registerRevision(context, taskDefinition)));
  reach(record, "registered", context.clock.now());
  record.status = "registered";
}
