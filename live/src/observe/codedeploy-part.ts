import type { DeploymentInfo } from "@aws-sdk/client-codedeploy";
import { isUserStop } from "@ecs-delivery/actions/delivery/diagnosis/causes";
import type { Snapshot } from "@ecs-delivery/actions/delivery/engine";
import type { DeploymentPart, LifecycleEventPart, Revision, Verdict, WaitKind } from "../parts.ts";

interface Known extends Pick<DeploymentPart, "cause" | "fix" | "run"> {
  readonly group: { readonly cluster: string; readonly service: string };
  readonly from: Revision | undefined;
  readonly to: Revision | undefined;
  readonly timeScale: number;
  readonly now: number;
}

/** Describes a deployment of CodeDeploy. Its alarms are read separately. */
export function codeDeployPart(
  info: DeploymentInfo,
  snapshot: Snapshot,
  { group, timeScale, now, ...known }: Known,
): DeploymentPart {
  const events = eventsOf(snapshot);
  const { rollbackDeploymentId, rollbackTriggeringDeploymentId } = info.rollbackInfo ?? {};
  return {
    id: info.deploymentId ?? "",
    engine: "CodeDeploy",
    cluster: group.cluster,
    service: group.service,
    status: snapshot.status,
    verdict: verdictOf(snapshot),
    configuration: info.deploymentConfigName?.replace(/^CodeDeployDefault\.ECS/, ""),
    rollbackOf: rollbackTriggeringDeploymentId,
    rolledBackBy: rollbackDeploymentId,
    createdAt: info.createTime?.getTime() ?? now,
    endedAt: info.completeTime?.getTime(),
    events,
    traffic: snapshot.traffic,
    wait: waitOf(info, events, { timeScale, now }),
    alarms: [],
    ...known,
  };
}

/** The event that a stop interrupts has the stop's own words. */
export function eventsOf(snapshot: Snapshot): LifecycleEventPart[] {
  return snapshot.events.map(({ diagnostics, ...event }) => ({
    ...event,
    message: isUserStop(snapshot) ? undefined : diagnostics,
  }));
}

export function verdictOf({ ended }: Pick<Snapshot, "ended">): Verdict | undefined {
  return ended === "superseded" ? "stopped" : ended;
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
