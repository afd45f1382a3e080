import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { applyAutoscaling, register } from "./autoscaling/apply.ts";
import type { AutoscalingPlan } from "./autoscaling/plan.ts";
import { alarmPrefix, listAlarms } from "./autoscaling/policies.ts";
import { dimensionOf } from "./autoscaling/state.ts";
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
