import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { messageOf } from "../../core/aws-errors.ts";
import { findService } from "../../ecs/service.ts";
import { type AutoscalingPlan, setSuspension } from "./autoscaling.ts";
import { dimensionOf, isSuspended } from "./autoscaling-state.ts";
import type { Change, ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { Subject } from "./subject.ts";

export function changeOf(
  { cluster, service: name, desiredCount: to }: ScaleInputs,
  { running: { service }, autoscaling }: Subject,
  { suspension }: AutoscalingPlan,
): Change {
  const from = service.desiredCount ?? 0;
  return {
    cluster,
    service: name,
    ...(to !== undefined && to !== from && { desiredCount: { from, to } }),
    ...(suspension &&
      autoscaling && {
        suspension: { dimension: dimensionOf(service), from: autoscaling.SuspendedState, to: suspension },
      }),
  };
}

/** Requests the change. Calls `onChange` once AWS has accepted a part of it. */
export async function request(context: ScaleContext, change: Change, onChange: () => void): Promise<void> {
  const { suspension, desiredCount } = change;
  const setAutoscaling = async ({ dimension, to }: NonNullable<Change["suspension"]>) => {
    await setSuspension(context, dimension, to);
    onChange();
  };
  // Until the count is set, autoscaling must not move it back.
  const isFirst = suspension && isSuspended({ SuspendedState: suspension.to });
  if (suspension && isFirst) await setAutoscaling(suspension);
  if (desiredCount) {
    const { from, to } = desiredCount;
    await setCount(context, change, to);
    context.log.info(`Set the desired count of ${change.service} from ${from} to ${to}.`);
    onChange();
  }
  if (suspension && !isFirst) await setAutoscaling(suspension);
}

/** Not abortable: a discarded response would leave a count that is never undone. */
async function setCount(
  { clients }: ScaleContext,
  { cluster, service }: Change,
  desiredCount: number,
): Promise<void> {
  await clients.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount }));
}

/** Long enough for a dozen calls, short enough for the seconds that the runner leaves to a cancelled step. */
const undoMs = 7_000;

/** Undoes the change and returns what happened to the service, to end a sentence. */
export async function putBack(context: ScaleContext, change: Change): Promise<string> {
  const { suspension } = change;
  // The step's own signal may be the reason for the undo.
  const unhurried = { ...context, signal: AbortSignal.timeout(undoMs) };
  try {
    if (suspension) await setSuspension(unhurried, suspension.dimension, suspension.from);
    const count = await putBackCount(unhurried, change);
    context.keepForPost(undefined);
    return count ?? "its autoscaling was restored";
  } catch (error) {
    return `it could not be restored: ${messageOf(error)}`;
  }
}

async function putBackCount(context: ScaleContext, change: Change): Promise<string | undefined> {
  if (!change.desiredCount) return undefined;
  const { from, to } = change.desiredCount;
  const { service } = await findService(context, change);
  const now = service.desiredCount ?? 0;
  if (now === from) return `its desired count is ${from}, as before`;
  // Resumed autoscaling may have moved the count already; any other difference was made by somebody on purpose.
  if (now !== to && !change.suspension)
    return `its desired count is ${now}, set by something else, and is kept`;
  await setCount(context, change, from);
  return `it is being scaled back to ${from}`;
}
