import { DeleteScalingPolicyCommand } from "@aws-sdk/client-application-auto-scaling";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { messageOf } from "../../core/aws-errors.ts";
import { findService } from "../../ecs/service.ts";
import { applyAutoscaling, deregister, putPolicy, readAutoscaling, register } from "./autoscaling/apply.ts";
import type { AutoscalingPlan } from "./autoscaling/plan.ts";
import { alarmPrefix, deleteAlarms, listAlarms } from "./autoscaling/policies.ts";
import { type AutoscalingState, dimensionOf, type ScalableDimension } from "./autoscaling/state.ts";
import type { ScaleContext, Undo } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { ScaleRecord } from "./record.ts";
import type { Subject } from "./subject.ts";

/** Returns what restores everything that `request` is about to change. */
export async function prepareUndo(
  context: ScaleContext,
  inputs: ScaleInputs,
  { running: { service }, autoscaling: before }: Subject,
  plan: AutoscalingPlan,
): Promise<Undo> {
  const { cluster, service: name, desiredCount } = inputs;
  const from = service.desiredCount ?? 0;
  const count = desiredCount === undefined || desiredCount === from ? undefined : { from, to: desiredCount };
  const undo = { cluster, service: name, ...(count && { desiredCount: count }) };
  if (!changesAutoscaling(plan)) return undo;
  const dimension = dimensionOf(service);
  const [, clusterName = "", serviceName = ""] = dimension.ResourceId.split("/");
  const usesAlarms =
    plan.policies.some(({ alarm }) => alarm) ||
    (plan.target === null && before?.Policies.some(({ PolicyType }) => PolicyType === "StepScaling"));
  const prefix = alarmPrefix({ cluster: clusterName, service: serviceName });
  return {
    ...undo,
    autoscaling: {
      dimension,
      before: before ?? null,
      policies: plan.policies.map(({ settings }) => settings.PolicyName),
      alarmsBefore: usesAlarms ? await listAlarms(context, prefix) : [],
      alarms: plan.policies.flatMap(({ alarm }) => alarm?.AlarmName ?? []),
    },
  };
}

function changesAutoscaling({ target, policies, resumeTo }: AutoscalingPlan): boolean {
  return target !== undefined || policies.length > 0 || resumeTo !== undefined;
}

/** Requests all changes: first those that keep the count in its range, last the resuming. */
export async function request(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  { autoscaling: before }: Subject,
  plan: AutoscalingPlan,
  undo: Undo,
): Promise<void> {
  const { dimension, alarmsBefore = [] } = undo.autoscaling ?? {};
  // Values that were restored unchanged are no change.
  const onChange = () => {
    record.changed = record.changes.length > 0;
  };
  if (dimension) {
    const ownAlarms = alarmsBefore.flatMap(({ AlarmName }) => AlarmName ?? []);
    await applyAutoscaling(context, dimension, plan, ownAlarms, onChange);
  }
  if (undo.desiredCount) {
    await setCount(context, inputs, undo.desiredCount);
    onChange();
  }
  if (dimension && plan.resumeTo && before) {
    await register(context, dimension, { ...before, ...plan.target, SuspendedState: plan.resumeTo });
    onChange();
  }
}

async function setCount(
  context: ScaleContext,
  { cluster, service }: ScaleInputs,
  { from, to }: NonNullable<Undo["desiredCount"]>,
): Promise<void> {
  // Not abortable: a discarded response would leave a count that nobody undoes.
  await context.clients.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: to }));
  context.log.info(`Set the desired count of ${service} from ${from} to ${to}.`);
}

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
    return `it could not be restored: ${messageOf(error)}`;
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
