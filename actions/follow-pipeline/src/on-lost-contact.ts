import { areCredentialsExpired, explainAwsError } from "../../shared/aws-errors.ts";
import { Failure } from "../../shared/failure.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import type { Following } from "./following.ts";

/**
 * Handles a cancelled job, or an execution that can no longer be followed: applies on-cancel, and reports the known
 * state.
 */
export async function onCancelOrLostContact(following: Following, error: unknown): Promise<Error> {
  const { context, inputs, record, deployments } = following;
  if (error instanceof Failure && !context.signal.aborted) return error;
  const { pipeline } = inputs;
  const handle = { pipeline, executionId: record.executionId, deploymentIds: deployments.ongoing() };
  const cancelled = context.signal.aborted;
  record.status = cancelled ? "cancelled" : "lost";
  const explained = explainAwsError(error);
  const why = cancelled
    ? (context.signal.reason as Error).message
    : (explained?.message ?? (error as Error).message);
  const reason = why.replace(/\.$/, "");
  const fate = await applyOnCancel(context, inputs.onCancel, handle, reason);
  const name = `execution ${record.executionId} of ${pipeline}`;
  if (cancelled)
    return new Failure(`${reason}; ${name} ${fate}`, {
      nextStep: `nothing, if this was intended; follow it again with execution-id: ${record.executionId}.`,
    });
  return new Failure(`${reason}, so ${name} could not be followed to its end; it ${fate}`, {
    nextStep: areCredentialsExpired(error)
      ? `open ${record.executionUrl}; then use credentials that last longer than the execution (role-duration-seconds of aws-actions/configure-aws-credentials, fresh course keys).`
      : `open ${record.executionUrl}; then ${explained?.nextStep ?? "run this job again."}`,
    cause: error,
  });
}
