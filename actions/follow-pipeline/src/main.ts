import { systemClock } from "../../shared/clock.ts";
import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { createClients } from "./clients.ts";
import { followAndReport } from "./follow-pipeline.ts";
import { handOver } from "./hand-over.ts";
import { readFollowInputs } from "./inputs.ts";

export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readFollowInputs();
    const world = {
      clients: createClients(),
      clock: systemClock,
      log: runnerLog,
      signal,
      handOver: handOver.saver(inputs.onCancel),
    };
    await followAndReport(world, inputs);
  });
}
