import { areCredentialsExpired, explainAwsError, messageOf } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { watchTasks } from "../diagnosis/watch-tasks.ts";
import type { RunningDeployment, Snapshot, StopKind } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { createSettling, type Settling } from "../settle/settle.ts";
import { settleTimeOf } from "../settle/up-clock.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { beginDeployment } from "./begin-deployment.ts";
import { type CheckedDeployment, type Deployment, upperFirst } from "./deployment.ts";
import { type Ending, type Following, follow } from "./follow.ts";
import { alarmsOf, confirmSuccess, failDeployment, type Last, readEvidence } from "./outcome.ts";

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
