import type { ServiceDeployment, ServiceRevisionSummary } from "@aws-sdk/client-ecs";
import type { Ended, Snapshot, Traffic } from "../engine.ts";
import type { Stage } from "../record.ts";

interface Known extends Pick<Snapshot, "events" | "startedBy" | "quietUntil"> {
  /** Id of the service deployment that took over. */
  readonly successor: string | undefined;
  /** How many ran when the deployment began. */
  readonly oldTasks?: number | undefined;
}

export function snapshotOf(
  deployment: ServiceDeployment,
  { events, startedBy, successor, quietUntil, oldTasks }: Known,
): Snapshot {
  const { status = "PENDING", statusReason, rollback, createdAt, alarms } = deployment;
  const message = rollback?.reason ?? statusReason;
  return {
    status,
    ended: endedOf(deployment, successor),
    stage: stageOf(deployment),
    near: nearOf(deployment),
    events,
    traffic: trafficOf(deployment, oldTasks),
    progress: progressOf(deployment),
    quietUntil,
    createdAt,
    reason: message ? { code: status, message } : undefined,
    triggeredAlarms: alarms?.triggeredAlarmNames ?? [],
    aftermath: successor ? `, as service deployment ${successor} took over` : "",
    startedBy,
    failedTasks: deployment.deploymentCircuitBreaker?.failureCount ?? 0,
  };
}

function endedOf(deployment: ServiceDeployment, successor: string | undefined): Ended | undefined {
  const { status, alarms, deploymentCircuitBreaker } = deployment;
  if (status === "SUCCESSFUL") return "succeeded";
  if (status === "ROLLBACK_SUCCESSFUL") return "rolled-back";
  if (status === "ROLLBACK_FAILED") return "failed";
  if (status !== "STOPPED") return undefined;
  // Without rollback, a failure that ECS detects ends in STOPPED as well.
  if (alarms?.status === "TRIGGERED" || deploymentCircuitBreaker?.status === "TRIGGERED") return "failed";
  return successor ? "superseded" : "stopped";
}

/**
 * In the order in which a deployment passes them; stages without work are left out (API reference, ServiceDeployment).
 */
const positions: readonly string[] = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
];

/**
 * Returns the reached stage, by position. Traffic has shifted once all of it goes to the new tasks and the hooks after
 * the shift are done; in a rolling update once every desired task runs the new revision and no task the old one.
 * Complete means ECS's SUCCESSFUL: after bake and clean-up.
 */
function stageOf(deployment: ServiceDeployment): Stage {
  const { status, lifecycleStage, targetServiceRevision: target } = deployment;
  if (status === "SUCCESSFUL") return "complete";
  if (status === "PENDING") return "registered";
  if (status !== "IN_PROGRESS") return "started";
  if (isAtGate(deployment)) return "ready";
  const shifted = isRolling(deployment)
    ? hasRolledOver(deployment)
    : isPastShift(lifecycleStage) && (target?.requestedProductionTrafficWeight ?? 100) === 100;
  return shifted ? "traffic-shifted" : "started";
}

/** Stages in which the new tasks run, get test traffic, and no production traffic yet. */
export const gateStages: readonly string[] = ["POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT"];

/**
 * Returns whether only a pausing hook keeps the traffic from shifting ("Pause hooks", developer guide). A canary
 * pauses before each of its steps, where production traffic goes to both.
 */
export function isAtGate({
  status,
  lifecycleStage,
  lifecycleHookDetails = [],
  targetServiceRevision,
}: ServiceDeployment): boolean {
  const has = (wanted: string) => lifecycleHookDetails.some((hook) => hook.status === wanted);
  return (
    status === "IN_PROGRESS" &&
    gateStages.some((stage) => stage === lifecycleStage) &&
    has("AWAITING_ACTION") &&
    !has("IN_PROGRESS") &&
    (targetServiceRevision?.requestedProductionTrafficWeight ?? 0) === 0
  );
}

function isPastShift(stage: string | undefined): boolean {
  return stage !== undefined && positions.indexOf(stage) >= positions.indexOf("BAKE_TIME");
}

/** Once all new tasks run, the rest takes seconds, or is a wait of known length. */
function nearOf(deployment: ServiceDeployment): Stage {
  const { status, targetServiceRevision: target = {} } = deployment;
  if (status === "PENDING") return "started";
  // During a rollback, its end is what is waited for.
  if (status !== "IN_PROGRESS") return "complete";
  if ((target.runningTaskCount ?? 0) < (target.requestedTaskCount ?? 0)) return "started";
  return isRolling(deployment) || stageOf(deployment) === "traffic-shifted" ? "complete" : "traffic-shifted";
}

export function isRolling({ deploymentConfiguration }: ServiceDeployment): boolean {
  return (deploymentConfiguration?.strategy ?? "ROLLING") === "ROLLING";
}

function hasRolledOver(deployment: ServiceDeployment): boolean {
  const { requestedTaskCount = 0, runningTaskCount = 0 } = deployment.targetServiceRevision ?? {};
  return requestedTaskCount > 0 && runningTaskCount >= requestedTaskCount && runningOld(deployment) === 0;
}

/**
 * Returns the traffic as set on the load balancer; in a rolling update, which has no weights, each side's share of the
 * tasks that serve. ECS does not show which of the new tasks are healthy. But it stops old tasks only as far as new ones
 * have become healthy (minimumHealthyPercent), so those that must be healthy are counted: no more than old ones have gone,
 * of which there are too few when the count rises or one has crashed.
 */
function trafficOf(deployment: ServiceDeployment, oldTasks = Number.POSITIVE_INFINITY): Traffic | undefined {
  const { status, deploymentConfiguration, targetServiceRevision: target = {} } = deployment;
  if (!isRolling(deployment)) {
    const weight = target.requestedProductionTrafficWeight;
    return weight === undefined ? undefined : sharesOf(weight);
  }
  const { requestedTaskCount = 0, runningTaskCount = 0 } = target;
  const old = runningOld(deployment);
  const needed = Math.ceil(
    (requestedTaskCount * (deploymentConfiguration?.minimumHealthyPercent ?? 100)) / 100,
  );
  const replaced = Math.max(0, Math.min(needed, oldTasks) - old);
  const healthy = status === "SUCCESSFUL" ? runningTaskCount : Math.min(runningTaskCount, replaced);
  return healthy + old === 0 ? undefined : sharesOf((100 * healthy) / (healthy + old));
}

function sharesOf(percent: number): Traffic {
  // ECS accepts tenths of a per cent.
  const green = Math.round(percent * 10) / 10;
  return { blue: Math.round((100 - green) * 10) / 10, green };
}

function progressOf(deployment: ServiceDeployment): string | undefined {
  const { targetServiceRevision: target } = deployment;
  if (!target) return undefined;
  return `tasks: new ${target.runningTaskCount ?? 0} of ${target.requestedTaskCount ?? 0}, old ${runningOld(deployment)}`;
}

/** A revision that is deployed again (force) is among its own sources; then the target shows what runs. */
export function runningOld({
  sourceServiceRevisions = [],
  targetServiceRevision,
}: ServiceDeployment): number {
  const others = (source: ServiceRevisionSummary) => source.arn !== targetServiceRevision?.arn;
  return sourceServiceRevisions
    .filter(others)
    .reduce((sum, { runningTaskCount = 0 }) => sum + runningTaskCount, 0);
}
