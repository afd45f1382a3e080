import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { systemClock } from "../../shared/clock.ts";
import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { finishOperations } from "./apply/finish-operations.ts";
import { operationsLeft } from "./stack/hand-over.ts";

/** Runs the post step: a runner that cancels a job kills a step ten seconds after it asked it to end. */
export async function finishPost(): Promise<void> {
  const operations = operationsLeft.read() ?? [];
  if (operations.length === 0) return;
  await runAction((signal) =>
    finishOperations(
      {
        cloudformation: new CloudFormationClient({ maxAttempts: 6 }),
        clock: systemClock,
        log: runnerLog,
        signal,
      },
      operations,
    ),
  );
}
