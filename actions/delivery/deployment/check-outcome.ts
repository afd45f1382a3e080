import { explainAwsError } from "../../shared/aws-errors.ts";
import type { RunningDeployment, Snapshot, StopKind } from "../engine.ts";
import { confirmSuccess } from "./confirm-success.ts";
import type { Deployment } from "./deployment.ts";
import { failDeployment, type Last } from "./fail-deployment.ts";
import { type Ending, follow } from "./follow.ts";
import { upperFirst } from "./names.ts";

/**
 * Returns when the deployment is green, else throws the cause. Only the wanted stage, or a success that production
 * confirms, is green.
 */
export async function checkOutcome(
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
    return { snapshot: known, unstopped: explainAwsError(error)?.message ?? (error as Error).message };
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
