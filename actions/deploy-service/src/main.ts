import { deployAndReport } from "../../delivery/deploy.ts";
import { openWorld } from "../../delivery/open-world.ts";
import { runAction } from "../../shared/run.ts";
import { readDeployInputs } from "./inputs.ts";

export function main(): Promise<void> {
  return runAction(async (signal) => {
    const inputs = readDeployInputs();
    await deployAndReport(openWorld(signal, inputs.onCancel), inputs);
  });
}
