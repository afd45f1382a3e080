import { DeleteScalingPolicyCommand } from "@aws-sdk/client-application-auto-scaling";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { explainAwsError } from "../../shared/aws-errors.ts";
import { findService } from "../../shared/ecs/service.ts";
import { deregister, putPolicy, register } from "./autoscaling/apply.ts";
import { deleteAlarms } from "./autoscaling/policies.ts";
import { readAutoscaling } from "./autoscaling/read.ts";
import type { AutoscalingState, ScalableDimension } from "./autoscaling/state.ts";
import type { ScaleContext, Undo } from "./context.ts";

/** Long enough for a dozen calls, short enough for the seconds that the runner leaves to a cancelled step. */
const undoMs = 7_000;

/** Restores what `undo` says and returns what happened to the service, to end a sentence. */
export async function putBack(context: ScaleContext, undo: Undo): Promise<string> {
  // The step's own signal may be the reason for the undo.
  const unhurried = { ...context, signal: AbortSignal.timeout(undoMs) };
  try {
    if (undo.autoscaling) await putBackAutoscaling(unhurried, undo.autoscaling);
    const count = await putBackCount(unhurried, undo);
    context.keepForPost(undefined);
    return count ?? "its autoscaling was restored";
  } catch (error) {
    const why = explainAwsError(error)?.message ?? (error as Error).message;
    return `it could not be restored: ${why}`;
  }
}

async function putBackCount(context: ScaleContext, undo: Undo): Promise<string | undefined> {
  const { cluster, service: name, desiredCount } = undo;
  if (!desiredCount) return undefined;
  const { from, to } = desiredCount;
  const { service } = await findService(context, { cluster, service: name });
  const now = service.desiredCount ?? 0;
  if (now === from) return `its desired count is ${from}, as before`;
  // A restored range may have moved the count already; any other difference was made by somebody on purpose.
  if (now !== to && !undo.autoscaling)
    return `its desired count is ${now}, set by something else, and is kept`;
  await context.clients.ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount: from }));
  return `it is being scaled back to ${from}`;
}

async function putBackAutoscaling(
  context: ScaleContext,
  { dimension, before, policies, alarmsBefore, alarms }: NonNullable<Undo["autoscaling"]>,
): Promise<void> {
  if (!before) await deregister(context, dimension);
  else {
    await register(context, dimension, before);
    await putBackPolicies(context, dimension, before, { policies, alarmsBefore });
  }
  const known = alarmsBefore.map(({ AlarmName }) => AlarmName);
  await deleteAlarms(
    context,
    alarms.filter((name) => !known.includes(name)),
  );
}

/** Restores earlier policies to their old settings, also after `remove`, which deleted all, and removes new ones. */
async function putBackPolicies(
  context: ScaleContext,
  dimension: ScalableDimension,
  before: AutoscalingState,
  { policies: put, alarmsBefore }: Pick<NonNullable<Undo["autoscaling"]>, "policies" | "alarmsBefore">,
): Promise<void> {
  const client = await context.clients.autoscaling();
  const now = await readAutoscaling(context, dimension);
  const names = (state: AutoscalingState | null) => state?.Policies.map(({ PolicyName }) => PolicyName) ?? [];
  for (const policy of before.Policies) {
    const { PolicyName = "" } = policy;
    if (put.includes(PolicyName) || !names(now).includes(PolicyName))
      await putPolicy(context, dimension, {
        settings: { ...policy, PolicyName },
        alarm: alarmsBefore.find(({ AlarmName = "" }) => AlarmName.endsWith(`/${PolicyName}`)),
      });
  }
  for (const PolicyName of put.filter((name) => !names(before).includes(name) && names(now).includes(name)))
    await client.send(new DeleteScalingPolicyCommand({ ...dimension, PolicyName }));
}
