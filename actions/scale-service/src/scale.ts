import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { refuseFindings } from "../../core/findings.ts";
import { beforeChanges, readBeforeChanges } from "../../core/outage-tolerance.ts";
import { toFailure } from "../../core/run.ts";
import { checkCredentialsLife, refuseExpired } from "../../delivery/verify/credentials-life.ts";
import { isSuspended } from "./autoscaling-state.ts";
import { checkOutcome } from "./check-outcome.ts";
import type { Change, ScaleContext } from "./context.ts";
import { budgetOf, readDeregistrationDelays } from "./deadline.ts";
import { follow, settleTimeOf, watchTasks } from "./follow.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { Range } from "./poll.ts";
import type { ScaleRecord } from "./record.ts";
import { changeOf, putBack, request } from "./request.ts";
import { findSubject, planChanges, type Subject } from "./subject.ts";
import { ongoingDeployment, waitForDeployment } from "./wait-for-deployment.ts";

/** Verifies and plans, waits for a deployment, changes, follows to the wanted stage, and checks the outcome. */
export async function scale(context: ScaleContext, inputs: ScaleInputs, record: ScaleRecord): Promise<void> {
  await refuseExpired(context);
  const plan = () => verifyAndPlan(context, inputs, record);
  let planned = await readBeforeChanges(context, plan, { firstContact: true });
  if (inputs.mode === "plan") {
    record.status = "planned";
    return;
  }
  const deploymentDeadline = context.clock.now() + (inputs.deadlineMs ?? deploymentMs);
  if (await beforeChanges(waitForDeployment(context, inputs, record, deploymentDeadline)))
    planned = await readBeforeChanges(context, plan);
  await changeAndFollow(context, inputs, record, planned);
}

/** CodeDeploy gives the new tasks of a deployment an hour; without the input deadline that is waited for. */
const deploymentMs = 60 * 60_000;

/** Verifies and plans without changing anything; the results are on the record before a fault ends the step. */
async function verifyAndPlan(context: ScaleContext, inputs: ScaleInputs, record: ScaleRecord) {
  const subject = await findSubject(context, inputs);
  const { service, production } = subject.running;
  record.revision = subject.running.revision;
  record.before = { desired: service.desiredCount ?? 0, running: production.runningCount };
  record.now = record.before;
  record.autoscalingBefore = subject.autoscaling;
  record.autoscalingNow = subject.autoscaling;
  const { autoscaling, changes, findings } = planChanges(
    inputs,
    subject,
    await ongoingDeployment(context, subject.running),
  );
  record.changes = changes;
  record.findings = findings;
  context.log.info(
    changes.length > 0
      ? `Changes:\n  ${changes.join("\n  ")}`
      : `${inputs.service} is already as requested; nothing changes.`,
  );
  refuseFindings(findings, context.log);
  return { subject, autoscaling };
}

async function changeAndFollow(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  { subject, autoscaling }: Awaited<ReturnType<typeof verifyAndPlan>>,
): Promise<void> {
  const reads = <T>(read: () => Promise<T>) => readBeforeChanges(context, read);
  const budgetMs = await reads(() => settleBudget(context, inputs, record, subject));
  const watch = await reads(() => watchTasks(context, inputs, record, subject));
  const change = changeOf(inputs, subject, autoscaling);
  context.keepForPost(change);
  try {
    const deadlineAt = (inputs.deadlineMs === undefined ? context.clock.now() : record.startedAt) + budgetMs;
    await request(context, change, () => {
      record.changed = true;
    });
    record.autoscalingNow = autoscaling.after;
    const requestedAt = context.clock.now();
    record.durations.requested = 0;
    if (inputs.waitUntil === "requested") record.status = "requested";
    else {
      const range = rangeOf(record);
      const scaling = { context, inputs, record, subject, range, watch, requestedAt, deadlineAt };
      await checkOutcome(scaling, await follow(scaling));
    }
    context.keepForPost(undefined);
  } catch (error) {
    throw await failScaling(context, inputs, record, change, error);
  }
}

/** Suspended autoscaling does not move the count. */
function rangeOf({ autoscalingNow: state }: ScaleRecord): Range | undefined {
  return state && !isSuspended(state) ? { least: state.MinCapacity, most: state.MaxCapacity } : undefined;
}

/** Computes the budget and warns when the credentials may expire before the end. */
async function settleBudget(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  { running, groups }: Subject,
): Promise<number> {
  if (inputs.waitUntil === "requested") return 0;
  const { service, production } = running;
  const ms =
    inputs.deadlineMs ??
    budgetOf({
      from: production.runningCount,
      to: inputs.desiredCount ?? service.desiredCount ?? 0,
      gracePeriod: service.healthCheckGracePeriodSeconds ?? 0,
      deregistrationDelays: await readDeregistrationDelays(context, groups),
    }) + settleTimeOf(inputs);
  context.log.info(`Deadline: ${formatDuration(ms)}.`);
  const findings = await checkCredentialsLife(context, ms);
  record.findings.push(...findings);
  refuseFindings(findings, context.log);
  return ms;
}

/** Leaves the service or restores it, by on-cancel or on-failure, and returns the Failure that says so. */
async function failScaling(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  change: Change,
  error: unknown,
): Promise<Failure> {
  const isCancelled = context.signal.aborted;
  if (isCancelled) record.status = "cancelled";
  const failure = isCancelled ? (context.signal.reason as Failure) : toFailure(error, context.signal);
  record.status ??= "failed";
  record.cause ||= failure.message;
  const [input, how] = isCancelled
    ? (["on-cancel", inputs.onCancel] as const)
    : (["on-failure", inputs.onFailure] as const);
  const fate = await decide(context, record, change, how);
  const message = `${failure.message.replace(/(?<![.\s])[.\s]+$/, "")}; ${fate}${record.changed ? ` (${input}: ${how})` : ""}`;
  return new Failure(message, {
    ...(failure.nextStep && { nextStep: failure.nextStep }),
    cause: error,
  });
}

/** Returns the count that somebody else has set in the meantime. */
function countOf({ status, now }: ScaleRecord): number | undefined {
  return status === "superseded" ? now?.desired : undefined;
}

async function decide(
  context: ScaleContext,
  record: ScaleRecord,
  change: Change,
  how: ScaleInputs["onCancel"],
): Promise<string> {
  const { service, desiredCount } = change;
  if (!record.changed || how === "leave") {
    context.keepForPost(undefined);
    if (!record.changed) return "nothing was changed";
    return desiredCount
      ? `${service} keeps a desired count of ${countOf(record) ?? desiredCount.to}`
      : `the autoscaling of ${service} stays as it is now`;
  }
  const fate = await putBack(context, change);
  record.notes.push(`${service}: ${fate}.`);
  return fate;
}
