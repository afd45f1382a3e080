import type { DeploymentInfo, ECSTarget, LifecycleEvent } from "@aws-sdk/client-codedeploy";
import type { Ended, Snapshot } from "../engine.ts";
import { type LifecycleEvent as Event, hasReached, type Stage } from "../record.ts";

export const finalStatuses = ["Succeeded", "Failed", "Stopped"];

/**
 * Builds a snapshot from GetDeployment and GetDeploymentTarget, with the statuses Created, Queued, InProgress, Baking,
 * Ready, Succeeded, Failed and Stopped.
 */
export function snapshotOf(info: DeploymentInfo, target: ECSTarget | undefined, now: number): Snapshot {
  const status = info.status ?? "Created";
  const sets = target?.taskSetsInfo ?? [];
  const weight = (label: "Blue" | "Green") =>
    Math.round(sets.find(({ taskSetLabel }) => taskSetLabel === label)?.trafficWeight ?? 0);
  const events = (target?.lifecycleEvents ?? []).map(eventOf);
  const stage = stageOf(status, events);
  const rollback = info.rollbackInfo?.rollbackDeploymentId;
  const { code = "", message = "" } = info.errorInformation ?? {};
  return {
    status,
    ended: endedOf(status, rollback),
    stage,
    // AWS does not show when the running new tasks become healthy; all traffic shifts within seconds after that.
    near: hasReached(stage, "traffic-shifted")
      ? "complete"
      : areTasksMissing(target)
        ? "started"
        : "traffic-shifted",
    events,
    traffic: sets.length > 0 ? { blue: weight("Blue"), green: weight("Green") } : undefined,
    progress: undefined,
    quietUntil: quietUntil(info, events, now),
    gate: hasReached(stage, "traffic-shifted") ? undefined : "traffic-shifted",
    createdAt: info.createTime,
    reason: info.errorInformation && { code, message },
    triggeredAlarms: alarmsIn(info),
    aftermath: rollback ? `, rolled back by ${rollback}` : "",
    startedBy: sets.find(({ taskSetLabel }) => taskSetLabel === "Green")?.identifer,
    failedTasks: undefined,
  };
}

/** Returns whether CodeDeploy shows new tasks that do not run yet, or shows no tasks at all. */
function areTasksMissing(target: ECSTarget | undefined): boolean {
  const green = target?.taskSetsInfo?.find(({ taskSetLabel }) => taskSetLabel === "Green");
  return (green?.runningCount ?? 0) < (green?.desiredCount ?? 1);
}

/** Reads the alarms from the message of ALARM_ACTIVE, which ends in `Activated alarms: <5xx>`. */
function alarmsIn({ errorInformation }: DeploymentInfo): string[] {
  if (errorInformation?.code !== "ALARM_ACTIVE") return [];
  const names = /Activated alarms: (.+)$/.exec(errorInformation.message ?? "")?.[1] ?? "";
  return names
    .split(/[<>,]+/)
    .map((name) => name.trim())
    .filter(Boolean);
}

function eventOf(event: LifecycleEvent): Event {
  return {
    name: event.lifecycleEventName ?? "",
    status: event.status ?? "Unknown",
    startedAt: event.startTime?.getTime(),
    endedAt: event.endTime?.getTime(),
    diagnostics: event.diagnostics?.message,
  };
}

function endedOf(status: string, rollback: string | undefined): Ended | undefined {
  if (!finalStatuses.includes(status)) return undefined;
  if (status === "Succeeded") return "succeeded";
  if (rollback) return "rolled-back";
  return status === "Stopped" ? "stopped" : "failed";
}

/**
 * Returns the reached stage. A hook that a configuration leaves out counts as passed. In a failed deployment, events
 * after the failure are skipped too, so traffic has shifted only if AllowTraffic succeeded.
 */
function stageOf(status: string, events: readonly Event[]): Stage {
  if (status === "Succeeded") return "complete";
  const statusOf = (wanted: string) => events.find(({ name }) => name === wanted)?.status;
  const hook = statusOf("AfterAllowTraffic") ?? "Skipped";
  const passed = hook === "Succeeded" || (hook === "Skipped" && !finalStatuses.includes(status));
  if (statusOf("AllowTraffic") === "Succeeded" && passed) return "traffic-shifted";
  if (status === "Ready") return "ready";
  return ["Created", "Queued"].includes(status) ? "registered" : "started";
}

const minute = 60_000;
/** CodeDeploy takes its steps a little late; until then the due step is still waited for. */
const lateMs = 10_000;
/** CodeDeploy and ECS need half a minute and more to deregister, stop and remove the old tasks. */
const removalMs = 20_000;

/**
 * Returns the end of the deployment's current wait, in milliseconds since the epoch; undefined while CodeDeploy works.
 */
export function quietUntil(info: DeploymentInfo, events: readonly Event[], now: number): number | undefined {
  if (info.status === "Ready") return reroutingUntil(info, events);
  if (info.status !== "InProgress") return undefined;
  const shift = events.find(({ name }) => name === "AllowTraffic");
  if (!shift?.startedAt) return undefined;
  const until =
    shift.status === "InProgress" ? nextStep(info, shift.startedAt, now) : terminationAt(info, events);
  return until !== undefined && until > now ? until : undefined;
}

/** Returns when CodeDeploy stops a deployment that nobody continues (API reference, DeploymentReadyOption). */
function reroutingUntil({ blueGreenDeploymentConfiguration }: DeploymentInfo, events: readonly Event[]) {
  const { waitTimeInMinutes = 0 } = blueGreenDeploymentConfiguration?.deploymentReadyOption ?? {};
  const since = Math.max(0, ...events.map(({ endedAt = 0 }) => endedAt));
  return since + waitTimeInMinutes * minute;
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
function terminationAt(info: DeploymentInfo, events: readonly Event[]): number | undefined {
  const done = events.every(({ status }) => status === "Succeeded" || status === "Skipped");
  const { action, terminationWaitTimeInMinutes = 0 } =
    info.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess ?? {};
  if (!done || action !== "TERMINATE") return undefined;
  return (
    Math.max(...events.map(({ endedAt = 0 }) => endedAt)) + terminationWaitTimeInMinutes * minute + removalMs
  );
}
