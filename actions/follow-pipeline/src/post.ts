import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { applyOnCancel } from "./apply-on-cancel.ts";
import { createClients } from "./clients.ts";
import { handOver } from "./hand-over.ts";

/**
 * Runs the post step. A runner that cancels a job kills a step ten seconds after it asked it to end. If the step died
 * before it decided on its execution, this does what on-cancel says.
 */
export async function finishPost(): Promise<void> {
  const left = handOver.read();
  if (!left) return;
  await runAction(async () => {
    const world = { clients: createClients(), log: runnerLog, handOver: handOver.saver(left.onCancel) };
    const fate = await applyOnCancel(world, left.onCancel, left, "The job that followed it was cancelled");
    runnerLog.warning(
      `The step ended before its execution did. Execution ${left.executionId} of ${left.pipeline} ${fate}.`,
    );
  });
}
