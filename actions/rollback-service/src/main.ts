import { openWorld } from "../../delivery/open-world.ts";
import { runAction } from "../../shared/run.ts";
import { readRollbackInputs } from "./inputs.ts";
import { rollBackAndReport } from "./rollback.ts";

export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readRollbackInputs();
    await rollBackAndReport(openWorld(signal, inputs.onCancel, "rollback"), inputs);
  });
}
