import type { DeploymentConfiguration, ServiceDeployment } from "@aws-sdk/client-ecs";
import type { LifecycleEvent } from "../record.ts";
import { shortId } from "./service-deployments.ts";
import { isAtGate, isRolling, runningOld } from "./snapshot.ts";

const ended = ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];
const goesWell = ["PENDING", "IN_PROGRESS", "SUCCESSFUL"];

/**
 * Records the stages of a deployment as lifecycle events, since ECS shows only the current one. Times are those of the
 * polls. Hooks are events of their own.
 */
export function createHistory(): (deployment: ServiceDeployment, now: number) => LifecycleEvent[] {
  const stages = new Map<string, LifecycleEvent>();
  let current: string | undefined;

  function leave(status: string, now: number, diagnostics?: string): void {
    const event = current && stages.get(current);
    if (event) stages.set(event.name, { ...event, status, endedAt: now, diagnostics });
    current = undefined;
  }

  return (deployment, now) => {
    const { lifecycleStage: stage, status = "PENDING", statusReason, rollback } = deployment;
    if (!goesWell.includes(status)) leave("Failed", now, rollback?.reason ?? statusReason);
    else if (stage !== current) {
      leave("Succeeded", now);
      if (stage && !ended.includes(status)) {
        const startedAt = stages.get(stage)?.startedAt ?? now;
        stages.set(stage, {
          name: stage,
          status: "InProgress",
          startedAt,
          endedAt: undefined,
          diagnostics: undefined,
        });
        current = stage;
      }
    }
    if (status === "SUCCESSFUL") leave("Succeeded", now);
    return [...stages.values(), ...hookEvents(deployment)];
  };
}

function hookEvents({ lifecycleHookDetails = [] }: ServiceDeployment): LifecycleEvent[] {
  return lifecycleHookDetails.map(
    ({ hookId = "", targetArn = "", status = "", expiresAt, timeoutAction }) => {
      const until = expiresAt?.toISOString() ?? "its time-out";
      const words: Readonly<Record<string, string>> = {
        AWAITING_ACTION: `waits for ContinueServiceDeployment until ${until}`,
        TIMED_OUT: targetArn ? "" : `nobody called ContinueServiceDeployment until ${until}`,
      };
      return {
        name: `hook ${functionName(targetArn) || shortId(hookId)}`,
        status,
        startedAt: undefined,
        endedAt: undefined,
        diagnostics: words[status] || undefined,
        // One that ran out of time may let the deployment go on.
        hook: status === "TIMED_OUT" && timeoutAction === "CONTINUE" ? undefined : targetArn,
      };
    },
  );
}

/** Returns the function's name from its ARN, without an alias or version. */
export function functionName(arn: string): string {
  return /:function:([\w-]+)/.exec(arn)?.[1] ?? arn;
}

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
    if (isAtGate(deployment)) return expiryOf(deployment);
    const waitMs = deployment.status === "IN_PROGRESS" ? waitOf(deployment, weight) * minute : 0;
    const until = startedAt + (drains ? drainMs : waitMs);
    return until > now ? until : undefined;
  };
}

/** Returns when ECS ends the pause that nobody ends. */
function expiryOf({ lifecycleHookDetails = [] }: ServiceDeployment): number | undefined {
  return lifecycleHookDetails.find(({ status }) => status === "AWAITING_ACTION")?.expiresAt?.getTime();
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
