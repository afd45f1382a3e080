import type { Service } from "@aws-sdk/client-ecs";
import type { ScalingState } from "../state.ts";

export interface ScaledService {
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly isDeploying: boolean;
}

/** Returns the names in `service/cluster/service`. */
export function serviceOf(resourceId: string): { cluster: string; service: string } {
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
