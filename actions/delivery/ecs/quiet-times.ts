import type { DeploymentConfiguration, ServiceDeployment } from "@aws-sdk/client-ecs";

import { isRolling, runningOld } from "./snapshot.ts";

const minute = 60_000;
/** API reference, CanaryConfiguration and LinearConfiguration. */
const defaults = { canaryMinutes: 10, stepMinutes: 6 };

/**
 * Returns the end of the deployment's current wait, in milliseconds since the epoch; undefined while ECS works. ECS
 * shows only the current stage and weights, so a wait is counted from the last poll before it was seen: it may end
 * later than this, not earlier.
 */
export function createQuietTimes(
  drainMs = 0,
): (deployment: ServiceDeployment, now: number) => number | undefined {
  let state = "";
  let startedAt = 0;
  let lastLook = 0;
  return (deployment, now) => {
    const weight = deployment.targetServiceRevision?.requestedProductionTrafficWeight ?? 0;
    const drains = isDraining(deployment);
    const current = `${deployment.lifecycleStage} ${weight} ${drains}`;
    if (current !== state) startedAt = lastLook;
    [state, lastLook] = [current, now];
    const waitMs = deployment.status === "IN_PROGRESS" ? waitOf(deployment, weight) * minute : 0;
    const until = startedAt + (drains ? drainMs : waitMs);
    return until > now ? until : undefined;
  };
}

/**
 * A rolling update that keeps all tasks up stops no old one before every new one runs. The load balancer then keeps it
 * for its whole delay, with connections or without.
 */
function isDraining(deployment: ServiceDeployment): boolean {
  const { status, deploymentConfiguration, targetServiceRevision: target } = deployment;
  const { requestedTaskCount = 0, runningTaskCount = 0 } = target ?? {};
  const keepsAll = (deploymentConfiguration?.minimumHealthyPercent ?? 100) >= 100;
  const isUp = requestedTaskCount > 0 && runningTaskCount >= requestedTaskCount;
  return status === "IN_PROGRESS" && isRolling(deployment) && keepsAll && isUp && runningOld(deployment) > 0;
}

function waitOf({ lifecycleStage, deploymentConfiguration = {} }: ServiceDeployment, weight: number): number {
  if (lifecycleStage === "BAKE_TIME") return deploymentConfiguration.bakeTimeInMinutes ?? 0;
  // Traffic pauses between two steps; hooks before a step have a stage of their own.
  if (lifecycleStage !== "PRODUCTION_TRAFFIC_SHIFT" || weight === 0 || weight === 100) return 0;
  return stepMinutes(deploymentConfiguration);
}

function stepMinutes({
  strategy,
  canaryConfiguration,
  linearConfiguration,
}: DeploymentConfiguration): number {
  if (strategy === "CANARY") return canaryConfiguration?.canaryBakeTimeInMinutes ?? defaults.canaryMinutes;
  if (strategy === "LINEAR") return linearConfiguration?.stepBakeTimeInMinutes ?? defaults.stepMinutes;
  return 0;
}
