import type { StepContext } from "../../core/context.ts";
import { createCloudFormation } from "./context.ts";
import { giveUp, operationsLeft } from "./stack/running-operations.ts";

/**
 * Runs the post step, which gives up operations whose step was killed before it could: a runner that cancels a job kills
 * a step ten seconds after it asked it to end.
 */
export async function finishPost({ log }: StepContext): Promise<void> {
  const operations = operationsLeft.read() ?? [];
  const cloudformation = createCloudFormation();
  await Promise.all(
    operations.map(async (operation) => {
      const fate = await giveUp(cloudformation, operation);
      log.warning(`The step ended before the operation on stack ${operation.stackName}, which ${fate}.`);
    }),
  );
}
