import { Failure } from "../../shared/failure.ts";
import type { RunningDeployment } from "../engine.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import type { Deployment } from "./deployment.ts";

/** Cancels within the runner's few seconds: asks AWS, reports it, and ends. */
export async function cancel(
  { context, inputs, record }: Deployment,
  running: RunningDeployment,
): Promise<Failure> {
  record.status = "cancelled";
  const reason = (context.signal.reason as Error).message.replace(/\.$/, "");
  const fate = await applyOnCancel(context, inputs.onCancel, running);
  return new Failure(`${reason}; ${running.name} ${fate}`, {
    nextStep: "nothing, if this was intended; a later run waits until the deployment has ended.",
  });
}
