import { isAccessDenied } from "../core/aws-errors.ts";
import { formatDuration } from "../core/duration.ts";
import { Failure } from "../core/failure.ts";
import { type Finding, hasFaults, refuseFindings } from "../core/findings.ts";
import { retryOutages } from "../core/outage-tolerance.ts";
import { foldChanges } from "../core/summary.ts";
import { findService, type RunningService, targetGroupOf } from "../ecs/service.ts";
import type { DeliveryContext } from "./context.ts";
import type { Budget } from "./deployment/deployment.ts";
import { settingsChanges } from "./deployment/service-settings.ts";
import type { Engine } from "./engine.ts";
import { findNewest, revisionInProduction, waitingFindings } from "./gate/newest.ts";
import type { DeployInputs } from "./inputs.ts";
import { refuseOlderRun } from "./order/run-tag.ts";
import { diffOf, findRevision, hasChanges, planRevision, type WantedRevision } from "./plan/plan.ts";
import { type DeploymentRecord, keepContainer, type Plan } from "./record.ts";
import { settleTimeOf } from "./settle/up-clock.ts";
import { checkCredentialsLife } from "./verify/credentials-life.ts";
import { openFollowRights } from "./verify/follow-rights.ts";
import { verify } from "./verify/verify.ts";

/** Verifies and plans without changing anything; the results are on the record before a fault ends the step. */
export async function prepare(context: DeliveryContext, inputs: DeployInputs, record: DeploymentRecord) {
  const read = await readAndVerify(context, inputs, record);
  const { wanted, service, engine, findings, schedules, scheduleChanges } = read;
  let { revisionPlan } = read;
  const gate = hasFaults(findings)
    ? undefined
    : await checkGate(context, inputs, engine, service, revisionPlan);
  findings.push(...(gate?.findings ?? []));
  const inProduction = revisionInProduction(service);
  if (gate?.waits && inProduction !== service.revision) {
    record.revisionBefore = inProduction;
    revisionPlan = await retryOutages(context, () =>
      planRevision(context, wanted, { ...service, revision: inProduction }),
    );
  }
  record.findings.push(...findings);
  if (revisionPlan) {
    const serviceChanges = [
      ...settingsChanges(service, inputs),
      ...engine.serviceChanges(),
      ...scheduleChanges,
    ];
    const plan = { ...revisionPlan, serviceChanges };
    context.log.info(
      hasChanges(plan)
        ? `Changes to production:\n${foldChanges(diffOf(plan).split("\n")).join("\n")}`
        : "Nothing changes.",
    );
    record.plan = plan;
  }
  if (inputs.mode === "plan" && wanted.taskDefinition) {
    const { describeCost } = await import("./plan/cost.ts");
    const cost = await describeCost(context, service, wanted.taskDefinition, inputs.desiredCount);
    record.notes.push(cost.text);
    record.monthlyUsd = cost.usd;
  }
  refuseFindings(findings, context.log);
  refuseOlderRun(context, inputs, record, service);
  keepContainer(record, containerOf(wanted, engine));
  return { wanted, engine, schedules, budget: await findBudget(context, inputs, engine, record) };
}

/** Finds a deployment that waits for its approval, and what a role may not read that has to begin one. */
async function checkGate(
  context: DeliveryContext,
  inputs: DeployInputs,
  engine: Engine,
  service: RunningService,
  plan: Pick<Plan, "revision"> | undefined,
): Promise<{ readonly waits: boolean; readonly findings: readonly Finding[] } | undefined> {
  const { mode, waitUntil, isRollback, commentToken } = inputs;
  const isReady = mode !== "continue" && waitUntil === "ready";
  if (isRollback || commentToken || waitUntil === "registered" || !(isReady || mode === "plan"))
    return undefined;
  const { checkReads } = await import("./gate/load-balancer.ts");
  const [newest, reads] = await Promise.all([
    retryOutages(context, () => findNewest(context, inputs, service)).catch((error) => {
      // Another check lists what the role of a plan lacks.
      if (isAccessDenied(error) && mode === "plan") return undefined;
      throw error;
    }),
    isReady ? checkReads(context, targetGroupOf(service), engine.listeners()) : [],
  ]);
  const waiting = waitingFindings(newest, inputs, plan?.revision);
  return { waits: waiting.length > 0, findings: [...waiting, ...reads] };
}

/** Reads the revision and the service, and finds everything that would make the deployment fail. */
async function readAndVerify(context: DeliveryContext, inputs: DeployInputs, record: DeploymentRecord) {
  const retry = <T>(read: () => Promise<T>, firstContact = true) =>
    retryOutages(context, read, { firstContact });
  const rights = openFollowRights(context, inputs);
  const known: Finding[] = [];
  try {
    const wanted = await retry(() => findRevision(context, inputs.source, inputs.rules));
    known.push(...wanted.findings);
    const find = () => findService(context, inputs);
    // When there is a fault to report already, an outage is not waited for.
    const service = await (hasFaults(known) ? find() : retry(find));
    if (inputs.mode !== "continue") record.revisionBefore = service.revision;
    record.targetGroup = targetGroupOf(service);
    const engine = await chooseEngine(service, context, inputs);
    // ECS shows the revision that waits as the service's already.
    const compared = inputs.mode === "continue" ? { ...service, revision: record.revisionBefore } : service;
    const planning = retry(() => planRevision(context, wanted, compared), false);
    const registers = async () => (await planning)?.revision === undefined;
    const [verified, missing, revisionPlan, scheduled] = await Promise.all([
      verify(context, engine, wanted.taskDefinition, service, inputs, registers),
      rights.check(service),
      planning,
      retry(() => findScheduled(context, inputs, service, wanted), false),
    ]);
    const findings = [...known, ...verified, ...missing, ...scheduled.findings];
    const scheduleChanges = scheduled.changes(revisionPlan?.revision);
    const { schedules } = scheduled;
    return { wanted, service, engine, findings, revisionPlan, schedules, scheduleChanges };
  } catch (error) {
    return rights.refuse(known, error as Error);
  }
}

/** Finds the schedules that the deployment moves; their clients are loaded only when there are some. */
async function findScheduled(
  context: DeliveryContext,
  inputs: DeployInputs,
  service: RunningService,
  { taskDefinition, arn }: WantedRevision,
) {
  if (!inputs.schedules) return { schedules: undefined, findings: [], changes: () => [] };
  const { scheduleChanges, verifySchedules } = await import("./schedules/verify.ts");
  const revision = taskDefinition && { ...taskDefinition, taskDefinitionArn: arn };
  const schedules = await verifySchedules(context, inputs, service, revision);
  const changes = (after: string | undefined) => scheduleChanges(schedules, after);
  return { schedules, findings: schedules.findings, changes };
}

/** Chooses the engine once, by the service's deployment controller in DescribeServices. */
async function chooseEngine(
  service: RunningService,
  context: DeliveryContext,
  inputs: DeployInputs,
): Promise<Engine> {
  if (service.controller === "CODE_DEPLOY") {
    const { createCodeDeployEngine } = await import("./codedeploy/engine.ts");
    return createCodeDeployEngine(service, context, inputs);
  }
  if (service.controller === "ECS") {
    const { createEcsEngine } = await import("./ecs/engine.ts");
    return createEcsEngine(service, context, inputs);
  }
  throw new Failure(
    `Service ${inputs.service} has the deployment controller ${service.controller}; this action deploys services with ECS or CODE_DEPLOY`,
    {
      nextStep:
        "deploy it with the tool that created its task sets, or recreate it with one of these controllers.",
    },
  );
}

/** Returns the container behind the load balancer, else the first one. */
function containerOf({ taskDefinition }: WantedRevision, engine: Engine) {
  const containers = taskDefinition?.containerDefinitions ?? [];
  const name = engine.containerName();
  return name === undefined ? containers[0] : containers.find((each) => each.name === name);
}

/** Returns the given time limit, else the computed one, and warns when the credentials may expire before. */
async function findBudget(
  context: DeliveryContext,
  { deadlineMs, waitUntil, settleMs }: DeployInputs,
  engine: Engine,
  record: DeploymentRecord,
): Promise<Budget> {
  if (waitUntil === "registered") return { ms: 0, given: true };
  const given = deadlineMs !== undefined;
  const { keptMs } = engine.settleTerms();
  // Tasks settle while the old ones are kept, which is part of the computed time until the end.
  const settling = settleTimeOf(settleMs, waitUntil, keptMs) - (waitUntil === "complete" ? keptMs : 0);
  const ms = deadlineMs ?? (await engine.computeBudget()) + Math.max(0, settling);
  if (!given)
    context.log.info(`Deadline: ${formatDuration(ms)}, computed from the deployment's configured waits.`);
  const findings = await checkCredentialsLife(context, ms);
  record.findings.push(...findings);
  refuseFindings(findings, context.log);
  return { ms, given };
}
