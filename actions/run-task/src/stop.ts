import { StopTaskCommand } from "@aws-sdk/client-ecs";
import type { EcsContext } from "../../shared/ecs/context.ts";
import type { RunRecord } from "./record.ts";

/** Asks ECS to stop the task; one that has stopped already stays as it is. */
export async function stopTask(
  world: EcsContext,
  { cluster, taskArn }: RunRecord,
  reason: string,
): Promise<void> {
  // Not abortable: a cancelled job must still be able to stop its task.
  await world.clients.ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason }));
  world.log.info(`Asked ECS to stop the task: ${reason}.`);
}
