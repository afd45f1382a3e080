import { StopTaskCommand } from "@aws-sdk/client-ecs";
import type { EcsContext } from "../../shared/ecs/context.ts";
import type { RunRecord } from "./record.ts";

/** Asks ECS to stop the task; one that has stopped already stays as it is. */
export async function stopTask(
  context: EcsContext,
  { cluster, taskArn }: RunRecord,
  reason: string,
): Promise<void> {
  // Not abortable: a cancelled job must still be able to stop its task.
  await context.clients.ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason }));
  context.log.info(`Asked ECS to stop the task: ${reason}.`);
}
