import * as core from "@actions/core";
import { systemClock } from "../../shared/clock.ts";
import { runAction } from "../../shared/run.ts";
import { createClients } from "./clients.ts";
import { saveUndo } from "./hand-over.ts";
import { readScaleInputs } from "./inputs.ts";
import { scaleAndReport } from "./scale.ts";

/** The step itself. */
export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readScaleInputs();
    const handOver = saveUndo(inputs.onCancel);
    await scaleAndReport(
      { clients: createClients(), clock: systemClock, log: core, signal, handOver },
      inputs,
    );
  });
}
