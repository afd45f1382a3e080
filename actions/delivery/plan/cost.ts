import { Failure } from "../../core/failure.ts";
import { counted } from "../../core/summary.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { formatUsd, hoursOfMonth } from "../../cost/cost-line.ts";
import { readPriceList } from "../../cost/price-list.ts";
import { type BilledTask, taskCostPerHour, taskSizeOf } from "../../cost/task-sizes.ts";
import { describeRevision } from "../../ecs/revision.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";

/**
 * Returns count, size and cost in USD a month of the service's tasks, with what they cost now where that differs. Says why a
 * cost is not known.
 */
export async function describeCost(
  context: DeliveryContext,
  running: RunningService,
  wanted: TaskDefinitionInput,
  count = running.service.desiredCount ?? 0,
): Promise<{ text: string; usd?: number }> {
  const now = (await describeRevision(context, running.revision))?.taskDefinition;
  const task = billedTask(running, wanted);
  const size = task ? ` with ${task.size.vcpu} vCPU and ${task.size.memoryGb} GB` : "";
  const tasks = `${counted(count, "task")}${size}`;
  const list = readPriceList();
  const region = await context.clients.ecs.config.region();
  if (!task || region !== list.region)
    return { text: `${tasks}; ${task ? `no prices of ${region}` : "no price for each task"}.` };
  const monthly = (each: BilledTask | undefined, tasks: number) =>
    each && hoursOfMonth * tasks * (taskCostPerHour(list, each) ?? 0);
  const [after = 0, before] = [
    monthly(task, count),
    monthly(now && billedTask(running, now), running.service.desiredCount ?? 0),
  ];
  const change = before === undefined || Math.abs(before - after) < 0.005 ? "" : `, now ${formatUsd(before)}`;
  const text = `${tasks}: ${formatUsd(after)} a month${change} (Fargate, list prices of ${list.date}).`;
  return { text, usd: after };
}

/** Returns undefined for tasks that are not billed one by one, or whose size is not given. */
function billedTask({ service }: RunningService, definition: object): BilledTask | undefined {
  const { launchType, capacityProviderStrategy = [], networkConfiguration } = service;
  const isFargate =
    capacityProviderStrategy.length > 0
      ? capacityProviderStrategy.every(({ capacityProvider }) => capacityProvider === "FARGATE")
      : launchType === "FARGATE";
  if (!isFargate) return undefined;
  try {
    return {
      size: taskSizeOf({ ...definition }, "the task definition"),
      publicAddress: networkConfiguration?.awsvpcConfiguration?.assignPublicIp === "ENABLED",
      capacity: "FARGATE",
    };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
