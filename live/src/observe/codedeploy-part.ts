import type { DeploymentInfo, ECSTarget, LifecycleEvent } from "@aws-sdk/client-codedeploy";
import type { DeploymentPart, LifecycleEventPart, Revision, Verdict, WaitKind } from "../parts.ts";

interface Known {
  readonly group: { readonly cluster: string; readonly service: string };
  readonly from: Revision | undefined;
  readonly to: Revision | undefined;
  readonly timeScale: number;
  readonly now: number;
}

/** Describes a deployment of CodeDeploy. Its alarms are read separately. */
export function codeDeployPart(
  info: DeploymentInfo,
  target: ECSTarget | undefined,
  { group, from, to, timeScale, now }: Known,
): DeploymentPart {
  const events = (target?.lifecycleEvents ?? []).map(eventOf);
  const { rollbackDeploymentId, rollbackTriggeringDeploymentId } = info.rollbackInfo ?? {};
  const sets = target?.taskSetsInfo ?? [];
  const weight = (label: "Blue" | "Green") =>
    Math.round(sets.find(({ taskSetLabel }) => taskSetLabel === label)?.trafficWeight ?? 0);
  return {
    id: info.deploymentId ?? "",
    engine: "CodeDeploy",
    ...group,
    status: info.status ?? "Created",
    verdict: verdictOf(info),
    cause: info.errorInformation?.message,
    configuration: info.deploymentConfigName?.replace(/^CodeDeployDefault\.ECS/, ""),
    from,
    to,
    rollbackOf: rollbackTriggeringDeploymentId,
    rolledBackBy: rollbackDeploymentId,
    createdAt: info.createTime?.getTime() ?? now,
    endedAt: info.completeTime?.getTime(),
    events,
    traffic: sets.length > 0 ? { blue: weight("Blue"), green: weight("Green") } : undefined,
    wait: waitOf(info, events, { timeScale, now }),
    alarms: [],
  };
}

function eventOf(event: LifecycleEvent): LifecycleEventPart {
  return {
    name: event.lifecycleEventName ?? "",
    status: event.status ?? "Unknown",
    startedAt: event.startTime?.getTime(),
    endedAt: event.endTime?.getTime(),
    message: event.diagnostics?.message,
  };
}

function verdictOf({ status, rollbackInfo }: DeploymentInfo): Verdict | undefined {
  if (status === "Succeeded") return "succeeded";
  if (status !== "Failed" && status !== "Stopped") return undefined;
  if (rollbackInfo?.rollbackDeploymentId) return "rolled-back";
  return status === "Stopped" ? "stopped" : "failed";
}

const minuteMs = 60_000;

function waitOf(
  info: DeploymentInfo,
  events: readonly LifecycleEventPart[],
  { timeScale, now }: { timeScale: number; now: number },
): { kind: WaitKind; until: number } | undefined {
  const wall = (minutes: number) => (minutes * minuteMs) / timeScale;
  const blueGreen = info.blueGreenDeploymentConfiguration;
  const lastEnd = Math.max(...events.map(({ endedAt = 0 }) => endedAt), 0);
  if (info.status === "Ready") {
    const minutes = blueGreen?.deploymentReadyOption?.waitTimeInMinutes ?? 0;
    return { kind: "reroute", until: lastEnd + wall(minutes) };
  }
  if (info.status !== "InProgress") return undefined;
  if (info.instanceTerminationWaitTimeStarted) {
    const minutes = blueGreen?.terminateBlueInstancesOnDeploymentSuccess?.terminationWaitTimeInMinutes ?? 0;
    return minutes > 0 ? { kind: "termination", until: lastEnd + wall(minutes) } : undefined;
  }
  const shift = events.find(({ name }) => name === "AllowTraffic");
  // The intervals of the predefined configurations are in their names: `ECSCanary10Percent5Minutes`.
  const step = /ECS(?:Canary\d+Percent|Linear\d+PercentEvery)(\d+)Minutes$/.exec(
    info.deploymentConfigName ?? "",
  )?.[1];
  if (!step || !shift?.startedAt || shift.status !== "InProgress") return undefined;
  const passed = Math.floor((now - shift.startedAt) / wall(Number(step)));
  return { kind: "next-shift", until: shift.startedAt + (passed + 1) * wall(Number(step)) };
}
