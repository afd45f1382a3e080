import * as core from "@actions/core";
import { createClients } from "../../deploy-service/src/clients.ts";
import { saveHandle } from "../../deploy-service/src/hand-over.ts";
import { readRun } from "../../deploy-service/src/order/run.ts";
import { systemClock } from "../../shared/clock.ts";
import { runAction } from "../../shared/run.ts";
import { readRollbackInputs } from "./inputs.ts";
import { rollBackAndReport } from "./rollback.ts";

/** The step itself. */
export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readRollbackInputs();
    const world = {
      clients: createClients(),
      clock: systemClock,
      log: core,
      signal,
      run: readRun(process.env, "rollback"),
      handOver: saveHandle(inputs.onCancel),
    };
    await rollBackAndReport(world, inputs);
  });
}
