import { areCredentialsExpired, explainAwsError, messageOf } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { watchTasks } from "../diagnosis/watch-tasks.ts";
import type { RunningDeployment, Snapshot, StopKind } from "../engine.ts";
import { markCommit } from "../order/run-tag.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { beginDeployment } from "./begin.ts";
import { type Deployment, upperFirst } from "./deployment.ts";
import { type Ending, follow } from "./follow.ts";
import { confirmSuccess, failDeployment, type Last } from "./outcome.ts";

/** Deploys a revision and follows it to the wanted stage; throws the cause of any other end. */
export async function deployRevision(deployment: Deployment): Promise<void> {
  const { context, record, budget } = deployment;
  const startedAt = context.clock.now();
  const { service, running } = await beginDeployment(deployment, startedAt + budget.ms);
  if (running) await followToGreen(deployment, running, startedAt);
  else record.status = "succeeded";
  await markCommit(context, service);
}

async function followToGreen(
  deployment: Deployment,
  running: RunningDeployment,
  startedAt: number,
): Promise<void> {
  const { context, record, budget } = deployment;
  const createdAt = context.clock.now();
  if (running.initialTraffic) record.traffic.push({ atMs: 0, ...running.initialTraffic });
  const deadlineAt = (budget.given ? startedAt : createdAt) + budget.ms;
  const ending = await followToStage(deployment, running, createdAt, deadlineAt);
  await checkOutcome(deployment, running, createdAt, ending);
}

async function followToStage(
  deployment: Deployment,
  running: RunningDeployment,
  createdAt: number,
  deadlineAt: number,
): Promise<Ending> {
  const { context, inputs, record } = deployment;
  try {
    return await follow({
      context,
      record,
      running,
      until: inputs.waitUntil,
      createdAt,
      known: undefined,
      deadlineAt,
      shouldStop: watchTasks(deployment),
      signal: context.signal,
    });
  } catch (error) {
    throw await (context.signal.aborted
      ? cancel(deployment, running)
      : onLostContact(deployment, running, error));
  }
}

/** Cancels within the runner's few seconds: asks AWS, reports it, and ends. */
async function cancel({ context, inputs, record }: Deployment, running: RunningDeployment): Promise<Failure> {
  record.status = "cancelled";
  const reason = (context.signal.reason as Error).message.replace(/\.$/, "");
  const fate = await applyOnCancel(context, inputs.onCancel, running);
  return new Failure(`${reason}; ${running.name} ${fate}`, {
    nextStep: "nothing, if this was intended; a later run waits until the deployment has ended.",
  });
}

/**
 * Handles a deployment that can no longer be followed: applies `on-cancel` as far as possible, and reports the known
 * state.
 */
async function onLostContact(
  { context, inputs, record }: Deployment,
  running: RunningDeployment,
  error: unknown,
): Promise<Failure> {
  record.status = "lost";
  const explained = explainAwsError(error);
  const why = explained?.message ?? (error as Error).message;
  const fate = await applyOnCancel(context, inputs.onCancel, running);
  const nextStep = areCredentialsExpired(error)
    ? "check the deployment in the AWS console; then use credentials that last longer than the deployment (role-duration-seconds of aws-actions/configure-aws-credentials, fresh course keys), or wait only until the traffic has shifted (wait-until: traffic-shifted)."
    : `check the deployment in the AWS console; then ${explained?.nextStep ?? "run this job again."}`;
  return new Failure(`${why}, so ${running.name} could not be followed to its end; it ${fate}`, {
    nextStep,
    cause: error,
  });
}

/**
 * Returns when the deployment is green, else throws the cause. Only the wanted stage, or a success that production
 * confirms, is green.
 */
async function checkOutcome(
  deployment: Deployment,
  running: RunningDeployment,
  createdAt: number,
  ending: Ending,
): Promise<void> {
  const { kind, snapshot } = ending;
  const { record, inputs, context } = deployment;
  const succeeded = snapshot.ended === "succeeded";
  if (kind === "reached" || kind === "ended") context.keepForPost(undefined);
  if (kind === "reached" || succeeded) {
    if (succeeded || inputs.waitUntil === "traffic-shifted")
      await confirmSuccess(deployment, upperFirst(running.name));
    record.status = inputs.waitUntil === "complete" ? "succeeded" : inputs.waitUntil;
    return;
  }
  if (kind === "ended") throw await failDeployment(deployment, running, { snapshot });
  const how = kind === "stopped" ? "rollback" : inputs.onCancel;
  const last =
    how === "leave" ? { snapshot } : await stopAndSettle(deployment, running, createdAt, snapshot, how);
  if (!last.unstopped) context.keepForPost(undefined);
  throw await failDeployment(deployment, running, last, kind === "deadline" ? "timed-out" : undefined);
}

/** Stops the deployment and returns its end, or its last state when it could not be stopped or its end not seen. */
async function stopAndSettle(
  { context, record }: Deployment,
  running: RunningDeployment,
  createdAt: number,
  known: Snapshot,
  how: StopKind,
): Promise<Last> {
  let stopped: boolean;
  try {
    stopped = await running.stop(how);
  } catch (error) {
    return { snapshot: known, unstopped: messageOf(error) };
  }
  try {
    const deadlineAt = context.clock.now() + running.settleMs;
    const { signal } = context;
    const shouldStop = async () => false;
    const following = { context, record, running, createdAt, known, deadlineAt, shouldStop, signal };
    const { snapshot } = await follow({ ...following, until: "complete" });
    return stopped ? { snapshot, before: known } : { snapshot };
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.log.warning(`The end of ${running.name} cannot be followed: ${(error as Error).message}`);
    return { snapshot: known };
  }
}
