import type { StepContext } from "../../core/context.ts";
import { openScaling, undoLeft } from "./context.ts";
import { putBack } from "./request.ts";

/**
 * Runs the post step. A runner that cancels a job kills a step ten seconds after it asked it to end. If the step died
 * before it decided on the service, this does what on-cancel says.
 */
export async function finishPost(step: StepContext): Promise<void> {
  const left = undoLeft.read();
  if (!left) return;
  const { onCancel, ...undo } = left;
  const end = `The step ended before ${undo.service} was scaled`;
  if (onCancel === "leave") return step.log.warning(`${end}; it stays as it is (on-cancel: leave).`);
  step.log.warning(`${end}; ${await putBack(openScaling(step, left), undo)} (on-cancel: restore).`);
}
