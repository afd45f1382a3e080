import type { StepContext } from "../../core/context.ts";
import { changeLeft, openScaling } from "./context.ts";
import { putBack } from "./request.ts";

/**
 * Runs the post step. A runner that cancels a job kills a step ten seconds after it asked it to end. If the step died
 * before it decided on the service, this does what on-cancel says.
 */
export async function finishPost(step: StepContext): Promise<void> {
  const left = changeLeft.read();
  if (!left) return;
  const { onCancel, ...change } = left;
  const end = `The step ended before ${change.service} was scaled`;
  if (onCancel === "leave") return step.log.warning(`${end}; it stays as it is (on-cancel: leave).`);
  step.log.warning(`${end}; ${await putBack(openScaling(step, left), change)} (on-cancel: restore).`);
}
