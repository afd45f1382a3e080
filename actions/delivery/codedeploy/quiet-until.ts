import type { DeploymentInfo } from "@aws-sdk/client-codedeploy";
import type { LifecycleEvent } from "../record.ts";

const minute = 60_000;
/** CodeDeploy takes its steps a little late; until then the due step is still waited for. */
const lateMs = 10_000;
/** CodeDeploy and ECS need half a minute and more to deregister, stop and remove the old tasks. */
const removalMs = 20_000;

/**
 * Returns the end of the deployment's current wait, in milliseconds since the epoch; undefined while CodeDeploy works.
 */
export function quietUntil(
  info: DeploymentInfo,
  events: readonly LifecycleEvent[],
  now: number,
): number | undefined {
  if (info.status !== "InProgress") return undefined;
  const shift = events.find(({ name }) => name === "AllowTraffic");
  if (!shift?.startedAt) return undefined;
  const until =
    shift.status === "InProgress" ? nextStep(info, shift.startedAt, now) : terminationAt(info, events);
  return until !== undefined && until > now ? until : undefined;
}

/**
 * Reads the interval from a predefined configuration's name: `…ECSCanary10Percent5Minutes`,
 * `…ECSLinear10PercentEvery1Minutes`.
 */
function nextStep(
  { deploymentConfigName }: DeploymentInfo,
  startedAt: number,
  now: number,
): number | undefined {
  const minutes = /ECS(?:Canary\d+Percent|Linear\d+PercentEvery)(\d+)Minutes$/.exec(
    deploymentConfigName ?? "",
  )?.[1];
  if (!minutes) return undefined;
  const stepMs = Number(minutes) * minute;
  const due = startedAt + Math.ceil((now - lateMs - startedAt) / stepMs) * stepMs;
  return due > startedAt ? due : startedAt + stepMs;
}

/** Old tasks are kept for a while after the last event, and then removed. */
function terminationAt(info: DeploymentInfo, events: readonly LifecycleEvent[]): number | undefined {
  const done = events.every(({ status }) => status === "Succeeded" || status === "Skipped");
  const { action, terminationWaitTimeInMinutes = 0 } =
    info.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess ?? {};
  if (!done || action !== "TERMINATE") return undefined;
  return (
    Math.max(...events.map(({ endedAt = 0 }) => endedAt)) + terminationWaitTimeInMinutes * minute + removalMs
  );
}
