import { runAction } from "../../shared/run.ts";
import { deployAndReport } from "./deploy.ts";
import { readDeployInputs } from "./inputs.ts";
import { openWorld } from "./open-world.ts";

export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readDeployInputs();
    await deployAndReport(openWorld(signal, inputs.onCancel), inputs);
  });
}
