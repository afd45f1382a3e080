import { systemClock } from "../../shared/clock.ts";
import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { createClients } from "./clients.ts";
import { handOver } from "./hand-over.ts";
import { putBack } from "./undo.ts";

/**
 * Runs the post step. A runner that cancels a job kills a step ten seconds after it asked it to end. If the step died
 * before it decided on the service, this does what on-cancel says.
 */
export async function finishPost(): Promise<void> {
  const left = handOver.read();
  if (!left) return;
  const { onCancel, ...undo } = left;
  const end = `The step ended before ${undo.service} was scaled`;
  if (onCancel === "leave") return runnerLog.warning(`${end}; it stays as it is (on-cancel: leave).`);
  await runAction(async (signal) => {
    const world = {
      clients: createClients(),
      clock: systemClock,
      log: runnerLog,
      signal,
      handOver: handOver.saver(onCancel),
    };
    runnerLog.warning(`${end}; ${await putBack(world, undo)} (on-cancel: restore).`);
  });
}
