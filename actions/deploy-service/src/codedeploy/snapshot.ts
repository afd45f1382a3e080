import {
  type DeploymentInfo,
  type ECSTarget,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
} from "@aws-sdk/client-codedeploy";
import type { World } from "../clients.ts";
import type { LifecycleEvent, Stage } from "../record.ts";

export interface Snapshot {
  readonly info: DeploymentInfo;
  /** Created, Queued, InProgress, Baking, Ready, Succeeded, Failed or Stopped. */
  readonly status: string;
  readonly events: LifecycleEvent[];
  /** Percent of production traffic, by the task sets' labels; undefined before there is a replacement. */
  readonly traffic: { readonly blue: number; readonly green: number } | undefined;
  /** Id of the replacement task set, which is what its tasks are `startedBy`. */
  readonly greenTaskSet: string | undefined;
}

const finalStatuses = ["Succeeded", "Failed", "Stopped"];

export async function readSnapshot(
  world: World,
  deploymentId: string,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const options = signal ? { abortSignal: signal } : {};
  const { codedeploy } = world.clients;
  const { deploymentInfo = {} } = await codedeploy.send(new GetDeploymentCommand({ deploymentId }), options);
  const { targetIds = [] } = await codedeploy.send(
    new ListDeploymentTargetsCommand({ deploymentId }),
    options,
  );
  const [targetId] = targetIds;
  const target = targetId
    ? await codedeploy.send(new GetDeploymentTargetCommand({ deploymentId, targetId }), options)
    : undefined;
  return snapshotOf(deploymentInfo, target?.deploymentTarget?.ecsTarget);
}

export function snapshotOf(info: DeploymentInfo, target: ECSTarget | undefined): Snapshot {
  const sets = target?.taskSetsInfo ?? [];
  const weight = (label: "Blue" | "Green") =>
    Math.round(sets.find(({ taskSetLabel }) => taskSetLabel === label)?.trafficWeight ?? 0);
  const green = sets.find(({ taskSetLabel }) => taskSetLabel === "Green");
  return {
    info,
    status: info.status ?? "Created",
    events: (target?.lifecycleEvents ?? []).map((event) => ({
      name: event.lifecycleEventName ?? "",
      status: event.status ?? "Unknown",
      startedAt: event.startTime?.getTime(),
      endedAt: event.endTime?.getTime(),
      diagnostics: event.diagnostics?.message,
    })),
    traffic: sets.length > 0 ? { blue: weight("Blue"), green: weight("Green") } : undefined,
    greenTaskSet: green?.identifer,
  };
}

export function isFinal({ status }: Snapshot): boolean {
  return finalStatuses.includes(status);
}

/** How far it got. Events that a configuration skips are passed by position, never waited for by name. */
export function stageOf(snapshot: Snapshot): Stage {
  if (snapshot.status === "Succeeded") return "complete";
  const done = (name: string) => {
    const event = snapshot.events.find((candidate) => candidate.name === name);
    return event?.status === "Succeeded" || event?.status === "Skipped";
  };
  const has = (name: string) => snapshot.events.some((event) => event.name === name);
  if (done("AllowTraffic") && (!has("AfterAllowTraffic") || done("AfterAllowTraffic")))
    return "traffic-shifted";
  return ["Created", "Queued"].includes(snapshot.status) ? "registered" : "started";
}
