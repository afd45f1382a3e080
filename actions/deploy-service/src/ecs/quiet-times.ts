import type { DeploymentConfiguration, ServiceDeployment } from "@aws-sdk/client-ecs";

const minute = 60_000;
/** API reference, CanaryConfiguration and LinearConfiguration. */
const defaults = { canaryMinutes: 10, stepMinutes: 6 };

/**
 * The end of the wait that a deployment is in, in milliseconds since the epoch; undefined while ECS works. ECS tells
 * only the stage and the weights that are, so a wait is counted from the last look before it was seen: it may end
 * later than this, not earlier.
 */
export function createQuietTimes(): (deployment: ServiceDeployment, now: number) => number | undefined {
  let state = "";
  let startedAt = 0;
  let lastLook = 0;
  return (deployment, now) => {
    const weight = deployment.targetServiceRevision?.requestedProductionTrafficWeight ?? 0;
    const current = `${deployment.lifecycleStage} ${weight}`;
    if (current !== state) startedAt = lastLook;
    [state, lastLook] = [current, now];
    const minutes = deployment.status === "IN_PROGRESS" ? waitOf(deployment, weight) : 0;
    const until = startedAt + minutes * minute;
    return until > now ? until : undefined;
  };
}

function waitOf({ lifecycleStage, deploymentConfiguration = {} }: ServiceDeployment, weight: number): number {
  if (lifecycleStage === "BAKE_TIME") return deploymentConfiguration.bakeTimeInMinutes ?? 0;
  // Where traffic stands still between two steps; hooks before a step have a stage of their own.
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
