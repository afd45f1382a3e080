import type { ScalingActivity } from "@aws-sdk/client-application-auto-scaling";
import type { Service } from "@aws-sdk/client-ecs";
import { addActivity } from "../activities.ts";
import type { ScalableTarget, ScalingState } from "../state.ts";

/** AWS time between two checks of whether a service has reached its desired count. */
const pollMs = 5_000;

interface CapacityChange {
  readonly capacity: number;
  readonly cause: string;
  /** Aborted when the simulator closes, or by the next change of the same target. */
  readonly signal: AbortSignal;
}

/**
 * Sets the desired count, and follows it as an activity until ECS has reached it. Resolves to whether the count was
 * set, and to a promise of the end; a newer change aborts an older one.
 */
export async function changeCapacity(
  state: ScalingState,
  { resourceId }: ScalableTarget,
  { capacity, cause, signal }: CapacityChange,
): Promise<{ isSet: boolean; ended: Promise<void> }> {
  const { aws, clock } = state.environment;
  const activity = addActivity(state, resourceId, {
    Description: `Setting desired count to ${capacity}.`,
    Cause: cause,
    StatusCode: "Pending",
  });
  try {
    await aws.ecs.updateService({ ...serviceOf(resourceId), desiredCount: capacity });
  } catch (error) {
    const StatusMessage = `Failed to set desired count to ${capacity}. Reason: ${(error as Error).message}`;
    Object.assign(activity, { StatusCode: "Failed", StatusMessage, EndTime: clock.now() });
    return { isSet: false, ended: Promise.resolve() };
  }
  const isSet = `Successfully set desired count to ${capacity}.`;
  activity.StatusCode = "InProgress";
  activity.StatusMessage = `${isSet} Waiting for change to be fulfilled by ecs.`;
  const ended = untilFulfilled(state, resourceId, capacity, signal).then(
    () => end(state, activity, "Successful", `${isSet} Change successfully fulfilled by ecs.`),
    () => end(state, activity, "Overridden", `${isSet} The desired count was changed again meanwhile.`),
  );
  return { isSet: true, ended };
}

/** Rejects when it fails: another caller has set another count, or the signal aborts. */
async function untilFulfilled(
  state: ScalingState,
  resourceId: string,
  capacity: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const service = await readService(state, resourceId);
    if (service?.desiredCount !== capacity) throw new Error("overridden");
    if (service.runningCount === capacity && service.pendingCount === 0) return;
    await state.environment.clock.wait(pollMs, signal);
  }
}

function end(
  { environment: { clock } }: ScalingState,
  activity: ScalingActivity,
  StatusCode: ScalingActivity["StatusCode"],
  StatusMessage: string,
): void {
  Object.assign(activity, { StatusCode, StatusMessage, EndTime: clock.now() });
}

export interface ScaledService {
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly isDeploying: boolean;
}

/** Returns the names in `service/cluster/service`. */
function serviceOf(resourceId: string): { cluster: string; service: string } {
  const [, cluster = "", service = ""] = resourceId.split("/");
  return { cluster, service };
}

/** Returns undefined for a missing or deleted service. */
export async function readService(
  { environment: { aws } }: ScalingState,
  resourceId: string,
): Promise<ScaledService | undefined> {
  const { cluster, service } = serviceOf(resourceId);
  const { services = [] } = await aws.ecs
    .describeServices({ cluster, services: [service] })
    .catch(() => ({ services: [] }));
  const found = services.find(({ status }) => status === "ACTIVE");
  if (!found) return undefined;
  const { desiredCount = 0, runningCount = 0, pendingCount = 0 } = found;
  return { desiredCount, runningCount, pendingCount, isDeploying: isDeploying(found) };
}

/** Scaling does not know of the external controller's deployments (developer guide, "Service auto scaling"). */
function isDeploying({ deploymentController, deployments = [], taskSets = [] }: Service): boolean {
  if (deploymentController?.type === "EXTERNAL") return false;
  return (
    taskSets.length > 1 ||
    deployments.length > 1 ||
    deployments.some(({ rolloutState }) => rolloutState === "IN_PROGRESS")
  );
}
