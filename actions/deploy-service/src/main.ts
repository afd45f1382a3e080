import * as core from "@actions/core";
import { systemClock } from "../../shared/clock.ts";
import { runAction } from "../../shared/run.ts";
import { createClients } from "./clients.ts";
import { deployAndReport } from "./deploy.ts";
import { saveHandle } from "./hand-over.ts";
import { readDeployInputs } from "./inputs.ts";
import { readRun } from "./order/run.ts";

/** The step itself. */
export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readDeployInputs();
    const world = {
      clients: createClients(),
      clock: systemClock,
      log: core,
      signal,
      run: readRun(process.env),
      handOver: saveHandle(inputs.onCancel),
    };
    await deployAndReport(world, inputs);
  });
}
