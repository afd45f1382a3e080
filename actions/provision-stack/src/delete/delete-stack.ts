import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import type { StackResult } from "../result.ts";
import { describeStack } from "../stack/stack.ts";
import type { World } from "../world.ts";
import { removeStack } from "./remove-stack.ts";

export async function deleteStack(
  world: World,
  { stackName }: PlannedStack,
  result: StackResult,
  deadlineAt: number,
): Promise<void> {
  const stack = await describeStack(world, stackName);
  if (!stack?.StackId) {
    world.log.info(`${stackName}: there is none.`);
    result.outcome = "absent";
    return;
  }
  result.outcome = "failed";
  result.events = await removeStack(world, { stackName, stackId: stack.StackId, deadlineAt });
  result.outcome = "deleted";
}
