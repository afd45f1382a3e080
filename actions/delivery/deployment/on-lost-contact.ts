import { areCredentialsExpired, explainAwsError } from "../../shared/aws-errors.ts";
import { Failure } from "../../shared/failure.ts";
import type { RunningDeployment } from "../engine.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import type { Deployment } from "./deployment.ts";

/**
 * Handles a deployment that can no longer be followed: applies `on-cancel` as far as possible, and reports the known
 * state.
 */
export async function onLostContact(
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
