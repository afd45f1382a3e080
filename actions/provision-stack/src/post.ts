import type { StepContext } from "../../core/context.ts";
import { giveUp } from "./apply/run-change-set.ts";
import type { ProvisionContext } from "./context.ts";
import { createCloudFormation } from "./open-context.ts";
import { newestEvent } from "./stack/events.ts";
import { followStack } from "./stack/follow-stack.ts";
import { operationsLeft, type RunningOperation } from "./stack/running-operations.ts";

/** Runs the post step: a runner that cancels a job kills a step ten seconds after it asked it to end. */
export async function finishPost({ clock, log, signal }: StepContext): Promise<void> {
  const operations = operationsLeft.read() ?? [];
  if (operations.length === 0) return;
  await finishOperations({ cloudformation: createCloudFormation(), clock, log, signal }, operations);
}

/** GitHub gives a cancelled job this long for its post steps. */
const mostMs = 5 * 60_000;

/**
 * Applies on-cancel to operations whose step was killed before it could, and waits for the end where on-cancel says so.
 */
async function finishOperations(
  context: Pick<ProvisionContext, "cloudformation" | "clock" | "log" | "signal">,
  operations: readonly RunningOperation[],
): Promise<void> {
  const deadlineAt = context.clock.now() + mostMs;
  await Promise.all(
    operations.map(async ({ stackName, stackId, type, onCancel, decided }) => {
      if (!decided) {
        const fate = await giveUp(context, { stackId, type }, onCancel);
        context.log.warning(`The step ended before the operation on stack ${stackName}, which ${fate}.`);
      }
      if (onCancel !== "wait") return;
      const after = await newestEvent(context, stackId);
      const { status } = await followStack(context, { stackName, stackId, after, deadlineAt });
      context.log.warning(`After the cancellation, stack ${stackName} is ${status}.`);
    }),
  );
}
