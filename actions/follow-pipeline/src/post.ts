import type { StepContext } from "../../core/context.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { executionLeft, openFollowing } from "./context.ts";

/**
 * Runs the post step. A runner that cancels a job kills a step ten seconds after it asked it to end. If the step died
 * before it decided on its execution, this does what on-cancel says.
 */
export async function finishPost(step: StepContext): Promise<void> {
  const left = executionLeft.read();
  if (!left) return;
  const context = openFollowing(step, left);
  const fate = await applyOnCancel(context, left.onCancel, left, "The job that followed it was cancelled");
  step.log.warning(
    `The step ended before its execution did. Execution ${left.executionId} of ${left.pipeline} ${fate}.`,
  );
}
