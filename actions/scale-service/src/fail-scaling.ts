import { explainAwsError } from "../../shared/aws-errors.ts";
import { Failure } from "../../shared/failure.ts";
import type { ScaleContext, Undo } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { ScaleRecord } from "./record.ts";
import { putBack } from "./undo.ts";

/** Leaves the service or restores it, by on-cancel or on-failure, and returns the Failure that says so. */
export async function failScaling(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  undo: Undo,
  error: unknown,
): Promise<Failure> {
  const isCancelled = context.signal.aborted;
  if (isCancelled) record.status = "cancelled";
  const failure = isCancelled ? (context.signal.reason as Failure) : toFailure(error);
  record.status ??= "failed";
  record.cause ||= failure.message;
  const [input, how] = isCancelled
    ? (["on-cancel", inputs.onCancel] as const)
    : (["on-failure", inputs.onFailure] as const);
  const fate = await decide(context, record, undo, how);
  const message = `${failure.message.replace(/(?<![.\s])[.\s]+$/, "")}; ${fate}${record.changed ? ` (${input}: ${how})` : ""}`;
  return new Failure(message, {
    ...(failure.nextStep && { nextStep: failure.nextStep }),
    cause: error,
  });
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return explainAwsError(error) ?? new Failure((error as Error).message);
}

async function decide(
  context: ScaleContext,
  record: ScaleRecord,
  undo: Undo,
  how: ScaleInputs["onCancel"],
): Promise<string> {
  const { service, desiredCount, autoscaling } = undo;
  if (!record.changed || how === "leave" || (!desiredCount && !autoscaling)) {
    context.keepForPost(undefined);
    if (!record.changed) return "nothing was changed";
    return desiredCount
      ? `${service} keeps a desired count of ${desiredCount.to}`
      : `the autoscaling of ${service} stays as it is now`;
  }
  const fate = await putBack(context, undo);
  record.notes.push(`${service}: ${fate}.`);
  return fate;
}
