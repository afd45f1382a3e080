import { explainAwsError } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { beforeChanges, createPatience, persist } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import type { DeliveryContext } from "../../delivery/context.ts";
import { deploy } from "../../delivery/deploy.ts";
import { upperFirst } from "../../delivery/deployment/deployment.ts";
import { type Ending, follow } from "../../delivery/deployment/follow.ts";
import type { Ended, RunningDeployment } from "../../delivery/engine.ts";
import { markCommit, markRun } from "../../delivery/order/run-tag.ts";
import { type DeploymentRecord, keepContainer, newRecord, type Plan, reach } from "../../delivery/record.ts";
import { describeRevision, shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import { deployFormer, findTarget, goBack, planWithout, type Rollback } from "./go-back.ts";
import type { RollbackInputs } from "./inputs.ts";
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
  const service = await persist(context, () => findService(context, inputs));
  return { ...rollback, inputs: { ...inputs, deadlineMs }, service };
}

/** Returns the ARN that production should run in the end; undefined: the one before the active deployment. */
async function findNext(
  { context, inputs, service, deployments }: Rollback,
  active: PastDeployment,
): Promise<string | undefined> {
  if (inputs.to === "active") return undefined;
  if (inputs.to === "last-good") return isWayBack(deployments, active.revision) ? active.revision : undefined;
  const find = () => findTarget(context, inputs, service, deployments);
  const found = await beforeChanges(persist(context, find));
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

interface ActiveDeployment {
  readonly context: DeliveryContext;
  readonly inputs: RollbackInputs;
  readonly record: DeploymentRecord;
  readonly history: ServiceHistory;
  readonly active: PastDeployment;
}

/**
 * Stops the running deployment, has AWS roll it back, and waits until production is complete again; a rollback is only
 * waited for. Returns false when it succeeded before it could be stopped.
 */
export async function endActive(ending: ActiveDeployment): Promise<boolean> {
  const { context, inputs, record, history, active } = ending;
  const running = history.resume(active);
  const deadlineAt = context.clock.now() + (inputs.deadlineMs ?? running.settleMs);
  record.deploymentId = active.id;
  if (active.isRollback) context.log.info(`${whatGoesOn(active)} is a rollback: waiting for its end.`);
  else {
    context.log.info(
      `${whatGoesOn(active)} is in progress: stopping it with rollback is the quickest way back.`,
    );
    record.changed = await running.stop("rollback");
  }
  const ended = await followToEnd(ending, running, deadlineAt);
  if (ended === "succeeded" && !active.isRollback) {
    record.changed = false;
    return false;
  }
  await followRollback(ending, deadlineAt);
  await settle(ending, ended, deadlineAt);
  return true;
}

function whatGoesOn({ name, revision }: PastDeployment): string {
  return `${upperFirst(name)}${revision ? ` of ${shortRevision(revision)}` : ""}`;
}

/** Follows CodeDeploy's rollback, which is a deployment of its own. */
async function followRollback(ending: ActiveDeployment, deadlineAt: number): Promise<void> {
  const { history } = ending;
  const next = (await history.list()).find(({ state, isRollback }) => state === "ongoing" && isRollback);
  if (next) await followToEnd({ ...ending, active: next }, history.resume(next), deadlineAt);
}

async function followToEnd(
  { context, record, active }: ActiveDeployment,
  running: RunningDeployment,
  deadlineAt: number,
): Promise<Ended | undefined> {
  try {
    const { kind, snapshot }: Ending = await follow({
      context,
      record,
      running,
      until: "complete",
      createdAt: context.clock.now(),
      known: undefined,
      deadlineAt,
      shouldStop: async () => false,
      signal: context.signal,
    });
    if (kind !== "deadline") return kind === "reached" ? "succeeded" : snapshot.ended;
    record.status = "timed-out";
    throw new Failure(`${upperFirst(active.name)} is ${snapshot.status}: its rollback did not end in time`, {
      nextStep: "check the deployment in the AWS console; AWS continues the rollback.",
    });
  } catch (error) {
    throw error instanceof Failure && !context.signal.aborted
      ? error
      : losing(context, record, active, error);
  }
}

/** Explains that AWS continues the requested rollback, even if nobody follows it. */
function losing(
  { signal }: DeliveryContext,
  record: DeploymentRecord,
  { name }: PastDeployment,
  error: unknown,
): Failure {
  record.status = signal.aborted ? "cancelled" : "lost";
  const reason = signal.aborted ? (signal.reason as Error) : (explainAwsError(error) ?? (error as Error));
  return new Failure(`${reason.message.replace(/\.$/, "")}; AWS continues the rollback of ${name}`, {
    nextStep: "check the deployment in the AWS console.",
    cause: error,
  });
}

/** Returns the container behind the load balancer, else the first one. */
async function containerOf(context: DeliveryContext, { service, primary, revision }: RunningService) {
  const containers = (await describeRevision(context, revision))?.taskDefinition?.containerDefinitions ?? [];
  const { containerName } = (primary ?? service).loadBalancers?.[0] ?? {};
  return containers.find(({ name }) => name === containerName) ?? containers[0];
}

async function settle(
  { context, inputs, record, active }: ActiveDeployment,
  ended: Ended | undefined,
  deadlineAt: number,
): Promise<void> {
  // A deployment that failed, or gave way to another one, will not recover: one poll is enough.
  const until = ended === "failed" || ended === "superseded" ? context.clock.now() : deadlineAt;
  const service = await awaitProduction(context, inputs, record, active, until);
  const { revision } = service.production;
  await markRun(context, service, revision);
  await markCommit(context, service);
  record.revisionAfter = revision;
  keepContainer(record, await containerOf(context, service));
  record.production = [revision];
  record.undone = active.isRollback ? "" : (active.revision ?? "");
  record.durations = {};
  reach(record, "complete", context.clock.now());
  const how = active.isRollback ? "was a rollback" : "was stopped and rolled back";
  const note = `${whatGoesOn(active)} ${how}; ${inputs.service} runs ${shortRevision(revision)}.`;
  record.notes.push(note);
  context.log.info(note);
}

/**
 * Returns production once all its tasks run, without tasks of the undone revision; throws when that does not happen in
 * time.
 */
async function awaitProduction(
  context: DeliveryContext,
  inputs: RollbackInputs,
  record: DeploymentRecord,
  undone: PastDeployment,
  deadlineAt: number,
): Promise<RunningService> {
  const pace = createPace();
  const ask = createPatience(context);
  for (;;) {
    const late = context.clock.now() >= deadlineAt;
    const service = await ask(() => findService(context, inputs));
    const wrong = service && whatIsWrong(service, undone, inputs.service);
    if (service && !wrong) return service;
    if (late && wrong) {
      record.status = "failed";
      throw new Failure(`${upperFirst(undone.name)} was asked to roll back, but ${wrong}`, {
        nextStep: "read the service's events, and roll back to a specific revision (input to).",
      });
    }
    await context.clock.wait(service ? pace.next(false) : pace.slowest(), context.signal);
  }
}

function whatIsWrong(
  { production }: RunningService,
  { revision: undone, isRollback }: PastDeployment,
  name: string,
): string | undefined {
  const { revision, settled, runningCount, desiredCount } = production;
  if (revision === undone && !isRollback) return `${name} still runs ${shortRevision(revision)}`;
  if (runningCount < desiredCount) return `${name} runs ${runningCount} of ${desiredCount} tasks`;
  return settled ? undefined : `${name} also runs tasks of another revision`;
}
