import { systemClock } from "../../shared/clock.ts";
import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { createClients } from "./clients.ts";
import { handOver } from "./hand-over.ts";
import { readScaleInputs } from "./inputs.ts";
import { scaleAndReport } from "./scale.ts";

export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readScaleInputs();
    const world = {
      clients: createClients(),
      clock: systemClock,
      log: runnerLog,
      signal,
      handOver: handOver.saver(inputs.onCancel),
    };
    await scaleAndReport(world, inputs);
  });
}
