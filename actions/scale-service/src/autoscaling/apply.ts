import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  PutScalingPolicyCommand,
  paginateDescribeScalingPolicies,
  RegisterScalableTargetCommand,
  type ScalableTarget,
  type ScalingPolicy,
} from "@aws-sdk/client-application-auto-scaling";
import type { ScaleContext } from "../context.ts";
import { type AutoscalingPlan, describeState } from "./plan.ts";
import { deleteAlarms, putAlarm, type WantedPolicy } from "./policies.ts";
import { type AutoscalingState, type PolicyState, resumed, type ScalableDimension } from "./state.ts";

// None of these calls is abortable: a discarded response would leave an unknown change.

/**
 * Applies range, suspension, removal and policies; resuming waits for the count. Calls `onChange` once AWS has accepted
 * a change.
 */
export async function applyAutoscaling(
  context: ScaleContext,
  dimension: ScalableDimension,
  { target, policies }: AutoscalingPlan,
  ownAlarms: readonly string[],
  onChange: () => void,
): Promise<void> {
  if (target === null) {
    await deregister(context, dimension);
    onChange();
    await deleteAlarms(context, ownAlarms);
  } else if (target) {
    await register(context, dimension, target);
    onChange();
  }
  for (const policy of policies) {
    await putPolicy(context, dimension, policy);
    onChange();
  }
}

export async function register(
  { clients, log }: ScaleContext,
  dimension: ScalableDimension,
  target: Omit<AutoscalingState, "Policies">,
): Promise<void> {
  const { MinCapacity, MaxCapacity, SuspendedState } = target;
  const client = await clients.autoscaling();
  await client.send(
    new RegisterScalableTargetCommand({ ...dimension, MinCapacity, MaxCapacity, SuspendedState }),
  );
  log.info(`Autoscaling: ${describeState(target)}.`);
}

/** AWS deletes its policies, and the alarms that it created for them. */
export async function deregister(
  { clients, log }: ScaleContext,
  dimension: ScalableDimension,
): Promise<void> {
  const client = await clients.autoscaling();
  try {
    await client.send(new DeregisterScalableTargetCommand(dimension));
    log.info("Autoscaling is removed.");
  } catch (error) {
    if ((error as Error).name !== "ObjectNotFoundException") throw error;
  }
}

export async function putPolicy(
  context: ScaleContext,
  dimension: ScalableDimension,
  { settings, alarm }: WantedPolicy,
): Promise<void> {
  const client = await context.clients.autoscaling();
  const { PolicyARN = "" } = await client.send(new PutScalingPolicyCommand({ ...dimension, ...settings }));
  if (alarm) await putAlarm(context, { ...alarm, AlarmActions: [PolicyARN] });
  context.log.info(`Scaling policy ${settings.PolicyName} is set.`);
}

/** Returns null when the service is no scalable target. */
export async function readAutoscaling(
  context: ScaleContext,
  dimension: ScalableDimension,
): Promise<AutoscalingState | null> {
  const target = await findTarget(context, dimension);
  return target && readPolicies(context, dimension, target);
}

/** Returns null when the service is none. */
export async function findTarget(
  { clients, signal }: ScaleContext,
  { ServiceNamespace, ScalableDimension, ResourceId }: ScalableDimension,
): Promise<ScalableTarget | null> {
  const client = await clients.autoscaling();
  const command = new DescribeScalableTargetsCommand({
    ServiceNamespace,
    ScalableDimension,
    ResourceIds: [ResourceId],
  });
  return (await client.send(command, { abortSignal: signal })).ScalableTargets?.[0] ?? null;
}

export async function readPolicies(
  { clients }: ScaleContext,
  query: ScalableDimension,
  target: ScalableTarget,
): Promise<AutoscalingState> {
  const client = await clients.autoscaling();
  const Policies: PolicyState[] = [];
  for await (const page of paginateDescribeScalingPolicies({ client }, query))
    Policies.push(...(page.ScalingPolicies ?? []).map(policyOf));
  return { ...rangeOf(target), Policies };
}

function rangeOf({
  MinCapacity = 0,
  MaxCapacity = 0,
  SuspendedState,
}: ScalableTarget): Omit<AutoscalingState, "Policies"> {
  return { MinCapacity, MaxCapacity, SuspendedState: { ...resumed, ...SuspendedState } };
}

function policyOf(policy: ScalingPolicy): PolicyState {
  const { PolicyName, PolicyType } = policy;
  const configurations = {
    StepScalingPolicyConfiguration: policy.StepScalingPolicyConfiguration,
    TargetTrackingScalingPolicyConfiguration: policy.TargetTrackingScalingPolicyConfiguration,
    PredictiveScalingPolicyConfiguration: policy.PredictiveScalingPolicyConfiguration,
  };
  const given = Object.entries(configurations).filter(([, value]) => value !== undefined);
  return { PolicyName, PolicyType, ...Object.fromEntries(given) };
}
