import type { Placement, TaskDefinitionRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";

/** Reason of a task that was not started. Source: "Service event messages", ECS developer guide. */
export const vcpuLimit = "You've reached the limit on the number of vCPUs you can run concurrently";

/** Returns how many more tasks the account's quota of On-Demand vCPUs allows; Spot has one of its own. */
export function roomForTasks(
  { state, environment }: Pick<EcsContext, "state" | "environment">,
  { cpu }: TaskDefinitionRecord,
  placement: Placement,
): number {
  const { fargateVcpu } = environment.quotas;
  const isSpot = (provider: string | undefined) => provider === "FARGATE_SPOT";
  if (fargateVcpu === undefined || isSpot(placement.capacityProviderStrategy?.[0]?.capacityProvider))
    return Number.POSITIVE_INFINITY;
  const running = [...state.tasks.values()].filter(
    ({ task }) => task.lastStatus !== "STOPPED" && !isSpot(task.capacityProviderName),
  );
  const used = running.reduce((units, { task }) => units + Number(task.cpu), 0);
  return Math.max(0, Math.floor((fargateVcpu * 1024 - used) / Number(cpu)));
}
