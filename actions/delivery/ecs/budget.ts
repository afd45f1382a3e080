import type { DeploymentConfiguration, DeploymentLifecycleHook, Service } from "@aws-sdk/client-ecs";
import type { SettleTerms } from "../engine.ts";
import type { Stage } from "../record.ts";

const minute = 60_000;
/** Placing a task, pulling a large image, starting it and its first health checks; ECS itself sets no limit. */
const startMs = 15 * minute;
/** Minimum for every deployment: a task that crashes at first and then stays up has not failed yet. */
const leastMs = 30 * minute;
/** A target group's default deregistration delay. */
const defaultDrainMs = 5 * minute;
/** The longest stopTimeout (2 min), with room. */
const stopMs = 5 * minute;
/**
 * ECS watches alarms for a while after a rolling update. It computes the time from their periods and does not show it.
 */
const alarmBakeMs = 15 * minute;
/**
 * Defaults from the API reference: CanaryConfiguration, LinearConfiguration and
 * DeploymentLifecycleHookTimeoutConfiguration.
 */
const defaults = { canaryMinutes: 10, stepPercent: 10, stepMinutes: 6, pauseMinutes: 1440 };

/**
 * Returns how long a deployment of this service may take until the wanted stage, in milliseconds. `waitMs` is the time
 * for tasks to start, when it is given.
 */
export function budgetOf(service: Service, until: Stage, drainMs = defaultDrainMs, waitMs?: number): number {
  const configuration = service.deploymentConfiguration ?? {};
  const graceMs = (service.healthCheckGracePeriodSeconds ?? 0) * 1_000;
  const rolling = (configuration.strategy ?? "ROLLING") === "ROLLING";
  const batches = rolling ? batchesOf(configuration, service.desiredCount ?? 0) : 1;
  const started = waitMs ?? batches * (startMs + graceMs);
  const { lifecycleHooks = [] } = configuration;
  // At the first pause before the shift, the wanted stage is reached.
  const hooks = lifecycleHooks.filter(({ targetType }) => until !== "ready" || targetType !== "PAUSE");
  const shifted = rolling || until === "ready" ? 0 : shiftMs(configuration);
  const ms = started + (rolling ? 0 : hooksMs(hooks)) + shifted;
  return Math.max(waitMs ?? leastMs, ms) + (until === "complete" ? completionMs(configuration, drainMs) : 0);
}

/** A rolling update keeps no old task. An update replaces the service's alarms by the given ones. */
export function settleTermsOf(
  { strategy = "ROLLING", bakeTimeInMinutes = 0, alarms }: DeploymentConfiguration = {},
  given: readonly string[] = [],
): SettleTerms {
  const own = alarms?.enable ? (alarms.alarmNames ?? []) : [];
  return {
    keptMs: strategy === "ROLLING" ? 0 : bakeTimeInMinutes * minute,
    alarms: given.length > 0 ? given : own,
  };
}

/** Returns how many times a rolling update has to wait for tasks that start. */
function batchesOf(
  { maximumPercent, minimumHealthyPercent }: DeploymentConfiguration,
  desired: number,
): number {
  const most = Math.floor((desired * (maximumPercent ?? 200)) / 100);
  const least = Math.ceil((desired * (minimumHealthyPercent ?? 100)) / 100);
  return Math.max(1, Math.ceil(desired / Math.max(1, most - least)));
}

function shiftMs({ strategy, canaryConfiguration, linearConfiguration }: DeploymentConfiguration): number {
  if (strategy === "CANARY")
    return (canaryConfiguration?.canaryBakeTimeInMinutes ?? defaults.canaryMinutes) * minute;
  if (strategy !== "LINEAR") return 0;
  const { stepPercent = defaults.stepPercent, stepBakeTimeInMinutes = defaults.stepMinutes } =
    linearConfiguration ?? {};
  // The last step, to 100 %, has no bake time of its own.
  return (Math.ceil(100 / (stepPercent || 100)) - 1) * stepBakeTimeInMinutes * minute;
}

/**
 * A pausing hook may hold each of its stages until its timeout; a Lambda function responds within the time for the
 * start.
 */
function hooksMs(hooks: readonly DeploymentLifecycleHook[]): number {
  const minutes = hooks.map(({ targetType, lifecycleStages = [], timeoutConfiguration }) => {
    const fallback = targetType === "PAUSE" ? defaults.pauseMinutes : 0;
    return (timeoutConfiguration?.timeoutInMinutes ?? fallback) * lifecycleStages.length;
  });
  return minutes.reduce((sum, each) => sum + each, 0) * minute;
}

function completionMs(
  { strategy, bakeTimeInMinutes = 0, alarms }: DeploymentConfiguration,
  drainMs: number,
): number {
  const rolling = (strategy ?? "ROLLING") === "ROLLING";
  return (
    Math.max(drainMs, defaultDrainMs) +
    stopMs +
    bakeTimeInMinutes * minute +
    (rolling && alarms?.enable ? alarmBakeMs : 0)
  );
}
