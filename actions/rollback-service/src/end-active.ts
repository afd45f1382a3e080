import { explainAwsError } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { pollUntil, readBeforeChanges, retryOutages } from "../../core/outage-tolerance.ts";
import type { DeliveryContext } from "../../delivery/context.ts";
import { deploy } from "../../delivery/deploy.ts";
import { upperFirst } from "../../delivery/deployment/deployment.ts";
import { follow } from "../../delivery/deployment/follow.ts";
import type { Ended, RunningDeployment } from "../../delivery/engine.ts";
import { markCommit, markRun } from "../../delivery/order/run-tag.ts";
import { DeploymentRecord, keepContainer, reach } from "../../delivery/record.ts";
import { confirmStaysUp } from "../../delivery/settle/production.ts";
import { describeRevision, shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import { deployFormer, findTarget, goBack, type Rollback } from "./go-back.ts";
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
  if (target !== undefined) await rehearse(rollback, target);
  const startedAt = context.clock.now();
  const isBack = await endActive({ context, inputs, record, history, active });
  if (isBack && target === undefined) {
    record.status = "succeeded";
    return;
  }
  // The next deployment has a course of its own.
  record.traffic = [];
  record.events = [];
  const service = await retryOutages(context, () => findService(context, inputs));
  const leftMs = (inputs.deadlineMs ?? 0) - (context.clock.now() - startedAt);
  const deadlineMs = inputs.deadlineMs && Math.max(0, leftMs);
  const current = { ...rollback, inputs: { ...inputs, deadlineMs }, service };
  if (target !== undefined) return deployFormer(current, target);
  if (inputs.to === "last-good") return goBack({ ...current, deployments: await history.list() });
  throw new Failure(`${upperFirst(active.name)} succeeded before it could be stopped`, {
    nextStep: "run this job again with to: last-good.",
  });
}

/** Returns the ARN that production should run in the end; undefined: the one before the active deployment. */
async function findNext(
  { context, inputs, service, deployments }: Rollback,
  active: PastDeployment,
): Promise<string | undefined> {
  if (inputs.to === "active") return undefined;
  if (inputs.to === "last-good") return isWayBack(deployments, active.revision) ? active.revision : undefined;
  const find = () => findTarget(context, inputs, service, deployments);
  const found = await readBeforeChanges(context, find);
  return "revision" in found ? found.revision : undefined;
}

/** Throws the reason for which the revision's deployment would be refused, before anything is stopped. */
async function rehearse({ context, inputs }: Rollback, revision: string): Promise<void> {
  const silent = { ...context, log: { ...context.log, info: () => {}, notice: () => {} } };
  const planned = new DeploymentRecord(inputs.cluster, inputs.service);
  await deploy(silent, { ...inputs, mode: "plan", source: { revision } }, planned);
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
 *
 * @internal
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
    const following = {
      record,
      running,
      until: "complete",
      createdAt: context.clock.now(),
      deadlineAt,
    } as const;
    const { kind, snapshot } = await follow(context, following);
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

/** Explains that AWS continues the requested rollback, even if no step follows it. */
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
  // ECS shows a revision that waits for its approval as the service's, before users reach it.
  const { traffic } = record;
  if (traffic.length > 0 && traffic.every(({ green }) => green === 0)) record.revisionBefore = revision;
  const what = `${upperFirst(active.name)} was undone; ${inputs.service} runs`;
  const nextStep = "or roll back to another revision (input to).";
  await confirmStaysUp(context, inputs, record, service, { what, deadlineAt, nextStep });
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
function awaitProduction(
  context: DeliveryContext,
  inputs: RollbackInputs,
  record: DeploymentRecord,
  undone: PastDeployment,
  deadlineAt: number,
): Promise<RunningService> {
  return pollUntil(
    context,
    () => findService(context, inputs),
    (service, late) => {
      const wrong = whatIsWrong(service, undone, inputs.service);
      if (!wrong) return service;
      if (!late) return undefined;
      record.status = "failed";
      throw new Failure(`${upperFirst(undone.name)} was asked to roll back, but ${wrong}`, {
        nextStep: "read the service's events, and roll back to a specific revision (input to).",
      });
    },
    deadlineAt,
  );
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
