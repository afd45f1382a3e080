import { areCredentialsExpired, explainAwsError, messageOf } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { refuseFindings } from "../../core/findings.ts";
import { pollUntil, retryOutages } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { watchTasks } from "../diagnosis/watch-tasks.ts";
import type { OtherDeployment, RunningDeployment, Snapshot, StopKind } from "../engine.ts";
import {
  findNewest,
  isInProgress,
  isOf,
  missedGate,
  revisionInProduction,
  waitingFindings,
} from "../gate/newest.ts";
import type { DeployInputs } from "../inputs.ts";
import { markRun, refuseOlderRun } from "../order/run-tag.ts";
import { confirmStaysUp } from "../settle/production.ts";
import { createSettling, type Settling } from "../settle/settle.ts";
import { settleTimeOf } from "../settle/up-clock.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { type CheckedDeployment, type Deployment, upperFirst } from "./deployment.ts";
import { type Ending, type Following, follow } from "./follow.ts";
import { alarmsOf, confirmSuccess, failDeployment, type Last, readEvidence } from "./outcome.ts";
import { needsNewVolumes, settingsToUpdate, updateSettings } from "./service-settings.ts";

/** It reads the load balancer, whose client would make every other deployment begin later. */
const loadReadyCheck = () => import("../gate/check-ready.ts");

/** Deploys a revision and follows it to the wanted stage. Returns its service; throws the cause of any other end. */
export async function deployRevision(
  context: DeliveryContext,
  inputs: DeployInputs,
  deployment: Deployment,
): Promise<RunningService> {
  const { record, budget } = deployment;
  const startedAt = context.clock.now();
  const { service, running } = await beginDeployment(context, inputs, deployment, startedAt + budget.ms);
  if (running) await followToGreen(context, inputs, deployment, running, startedAt);
  else record.status = "succeeded";
  return service;
}

/** Follows a deployment to the wanted stage; throws the cause of any other end. */
export async function followToGreen(
  context: DeliveryContext,
  inputs: DeployInputs,
  deployment: Deployment,
  running: RunningDeployment,
  startedAt: number,
): Promise<void> {
  const { record, budget, revision } = deployment;
  const createdAt = context.clock.now();
  if (running.initialTraffic) record.traffic.push({ atMs: 0, ...running.initialTraffic });
  const settling =
    inputs.waitUntil === "ready"
      ? (await loadReadyCheck()).createReadyCheck(context, { ...deployment, inputs, running })
      : beginSettling(context, inputs, deployment);
  const course = { record, running, createdAt, settling };
  const watch = watchTasks(context, { ...inputs, record, revision });
  const ending = await follow(context, {
    ...course,
    until: inputs.waitUntil,
    deadlineAt: (budget.given ? startedAt : createdAt) + budget.ms,
    shouldStop: async (snapshot) => {
      // The request to roll back is the approval.
      if (inputs.isRollback && snapshot.stage === "ready" && (await running.proceed())) record.changed = true;
      return watch(snapshot);
    },
  }).catch(async (error) => {
    throw await giveUp(context, inputs, course, error);
  });
  await checkOutcome(context, inputs, deployment, course, ending);
}

/** Returns undefined where nothing has to settle: before the traffic shifts, without tasks, or with settle-for: 0. */
function beginSettling(
  context: DeliveryContext,
  inputs: DeployInputs,
  { engine, record, revision }: Deployment,
): Settling | undefined {
  const { keptMs, alarms } = engine.settleTerms();
  const settleMs = settleTimeOf(inputs.settleMs, inputs.waitUntil, keptMs);
  if (settleMs === 0 || inputs.desiredCount === 0) return undefined;
  return createSettling(context, { ...inputs, settleMs, alarms, record, revision });
}

/** Ends a step whose deployment is followed no longer: applies `on-cancel` as far as possible, and says what is known. */
async function giveUp(
  context: DeliveryContext,
  { onCancel, waitUntil }: DeployInputs,
  { record, running, settling }: Course,
  error: unknown,
): Promise<Failure> {
  const { aborted, reason } = context.signal;
  record.status = aborted ? "cancelled" : "lost";
  const hasEnded = settling?.hasEnded ?? false;
  const fate = hasEnded
    ? "had succeeded, but whether its tasks stay up was not seen to the end (settle-for)"
    : await applyOnCancel(context, onCancel, running);
  if (hasEnded) context.keepForPost(undefined);
  if (aborted)
    return new Failure(`${(reason as Error).message.replace(/\.$/, "")}; ${running.name} ${fate}`, {
      nextStep: "nothing, if this was intended; a later run waits until the deployment has ended.",
    });
  const explained = explainAwsError(error);
  const why = explained?.message ?? (error as Error).message;
  const shorter =
    record.rollback || waitUntil === "ready"
      ? ""
      : ", or wait only until the traffic has shifted (wait-until: traffic-shifted)";
  const nextStep = areCredentialsExpired(error)
    ? `use credentials that last longer than the deployment (role-duration-seconds of aws-actions/configure-aws-credentials, fresh course keys)${shorter}.`
    : (explained?.nextStep ?? "run this job again.");
  return new Failure(`${why}, so ${running.name} could not be followed to its end; it ${fate}`, {
    nextStep: `check the deployment in the AWS console; then ${nextStep}`,
    cause: error,
  });
}

/** A deployment that exists, and what is noted about it. */
type Course = Pick<Following, "record" | "running" | "createdAt" | "settling">;

/**
 * Returns when the deployment is green, else throws the cause. Only the wanted stage, or a success that production
 * confirms, is green.
 */
async function checkOutcome(
  context: DeliveryContext,
  inputs: DeployInputs,
  { budget, revision }: Deployment,
  course: Course,
  { kind, snapshot }: Ending,
): Promise<void> {
  const { record, running, settling } = course;
  const { waitUntil, onCancel } = inputs;
  const checked = { inputs, record, revision };
  const succeeded = snapshot.ended === "succeeded";
  if (kind === "reached" || kind === "ended") context.keepForPost(undefined);
  if (waitUntil === "ready" && (kind === "reached" || (kind === "ended" && succeeded)))
    return (await loadReadyCheck()).reportReady(context, record, running, snapshot);
  if (kind === "reached" || (kind === "ended" && succeeded)) {
    settling?.report();
    if (succeeded || waitUntil === "traffic-shifted")
      await confirmSuccess(context, checked, upperFirst(running.name));
    record.status = waitUntil === "complete" ? "succeeded" : waitUntil;
    return;
  }
  const how = kind === "ended" || succeeded ? "leave" : kind === "deadline" ? onCancel : "rollback";
  const failing = kind === "failing" ? settling : undefined;
  const seen = { ...snapshot, ...alarmsOf(failing) };
  const ended = how === "leave" ? { snapshot } : await stopAndSettle(context, checked, course, seen, how);
  const isShown = settling && (succeeded || (waitUntil === "ready" && settling.why));
  const last = { ...ended, settling: failing, ...(isShown && { state: settling.why }) };
  if (!last.unstopped) context.keepForPost(undefined);
  throw await failDeployment(context, checked, running, last, kind === "deadline" ? budget.ms : undefined);
}

/** Reads the evidence, stops the deployment and returns its end, or its last state when it could not be stopped or its end not seen. */
async function stopAndSettle(
  context: DeliveryContext,
  checked: CheckedDeployment,
  course: Course,
  known: Snapshot,
  how: StopKind,
): Promise<Last> {
  const { running } = course;
  const before = await readEvidence(context, checked, running, known);
  let stopped: boolean;
  try {
    stopped = await running.stop(how);
  } catch (error) {
    return { snapshot: known, before, unstopped: messageOf(error) };
  }
  try {
    const deadlineAt = context.clock.now() + running.settleMs;
    const { snapshot } = await follow(context, {
      ...course,
      settling: undefined,
      until: "complete",
      known,
      deadlineAt,
    });
    return stopped ? { snapshot, before } : { snapshot };
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.log.warning(`The end of ${running.name} cannot be followed: ${(error as Error).message}`);
    return { snapshot: known, before };
  }
}

/**
 * Creates the deployment, unless production runs the revision already. AWS carries out one
 * deployment of a service at a time: an existing one is waited for, and then the service is read again.
 */
async function beginDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  deployment: Deployment,
  deadlineAt: number,
) {
  const { record, engine, revision } = deployment;
  const pace = createPace();
  for (;;) {
    const service = await retryOutages(context, () => findService(context, inputs));
    record.revisionBefore = service.revision;
    refuseOlderRun(context, inputs, record, service);
    const mayWait = inputs.waitUntil === "ready" || inputs.isRollback;
    const waiting = mayWait && (await adopt(context, inputs, deployment, service));
    if (waiting) return { service, running: waiting };
    const isWanted = runsAlready(service, revision) && !needsNewVolumes(inputs, service);
    if (!inputs.force && !record.plan?.imagesMoved && isWanted) {
      await keepRunning(context, inputs, deployment, service, deadlineAt);
      return { service, running: undefined };
    }
    const begun = await engine.begin(revision, service);
    if ("running" in begun) {
      await noteStart(context, deployment, service, begun.running);
      return { service, running: begun.running };
    }
    if (begun.busyWith) await waitForOther(context, deployment, begun.busyWith, deadlineAt);
    // The other deployment ended between the two calls; a pause keeps a repeated refusal from becoming a busy loop.
    else if (context.clock.now() < deadlineAt) await context.clock.wait(pace.next(false), context.signal);
    else throw stillBusy(deployment, `another deployment of ${inputs.service}`);
  }
}

/** Returns the deployment of this revision that an earlier step has begun, and keeps what became of another one. */
async function adopt(
  context: DeliveryContext,
  inputs: DeployInputs,
  { record, revision }: Deployment,
  service: RunningService,
): Promise<RunningDeployment | undefined> {
  const newest = await retryOutages(context, () => findNewest(context, inputs, service));
  if (!newest) return undefined;
  const { running, snapshot } = newest;
  if (isInProgress(newest) && isOf(newest, revision)) {
    context.log.info(`${upperFirst(running.name)} of this revision is in progress already; following it.`);
    context.keepForPost({ controller: running.controller, id: running.id });
    record.deploymentId = running.id;
    record.revisionBefore = revisionInProduction(service);
    return running;
  }
  refuseFindings(waitingFindings(newest, inputs, revision), context.log);
  const missed = inputs.waitUntil === "ready" && snapshot.ended && missedGate(newest);
  if (missed && !record.notes.includes(missed)) record.notes.push(missed);
  return undefined;
}

export function runsAlready({ production }: RunningService, revision: string): boolean {
  const { runningCount, desiredCount, settled } = production;
  return production.revision === revision && settled && runningCount >= desiredCount;
}

export async function keepRunning(
  context: DeliveryContext,
  inputs: DeployInputs,
  { record, revision }: Deployment,
  service: RunningService,
  deadlineAt: number,
): Promise<void> {
  context.log.info(`${inputs.service} already runs ${shortRevision(revision)}; no deployment is needed.`);
  await markRun(context, service, revision);
  const settings = settingsToUpdate(inputs, service);
  if (settings) {
    await retryOutages(context, () => updateSettings(context, service, settings));
    record.changed = true;
    const checked = { inputs, record, revision };
    await confirmSuccess(context, checked, `The update of ${inputs.service}`, deadlineAt);
  }
  if (inputs.desiredCount === 0) return;
  const what = `${inputs.service} already runs`;
  const nextStep = "or start new tasks of this revision with force: true.";
  await confirmStaysUp(context, inputs, record, service, {
    what,
    deadlineAt,
    nextStep,
    ranBefore: !settings,
  });
}

async function noteStart(
  context: DeliveryContext,
  { record, revision }: Deployment,
  service: RunningService,
  running: RunningDeployment,
): Promise<void> {
  context.keepForPost({ controller: running.controller, id: running.id });
  record.deploymentId = running.id;
  record.changed = true;
  context.log.info(`${upperFirst(running.name)} of ${record.service} is created.`);
  await markRun(context, service, revision);
}

/** Returns when the other deployment has ended in any way; throws when the deadline passes before. */
async function waitForOther(
  context: DeliveryContext,
  deployment: Deployment,
  other: OtherDeployment,
  deadlineAt: number,
): Promise<void> {
  let isKnown = false;
  await pollUntil(
    context,
    () => other.poll(),
    ({ ended, description }, late) => {
      if (ended) return true;
      if (late) throw stillBusy(deployment, other.name);
      if (!isKnown) context.log.info(`Waiting for ${other.name}${description && ` (${description})`}.`);
      isKnown = true;
      return undefined;
    },
    deadlineAt,
  );
}

function stillBusy({ record }: Deployment, what: string): Failure {
  record.status = "timed-out";
  return new Failure(`The deadline passed while ${what} was in progress`, {
    nextStep: "wait for it or stop it, then run this job again; nothing was deployed.",
  });
}
