import { runAction } from "../../shared/run.ts";
import { readMirrorInputs } from "./inputs.ts";
import { mirrorAndReport } from "./mirror-and-report.ts";
import { createMirrorWorld } from "./world.ts";

await runAction(async (signal) => {
  const inputs = readMirrorInputs(process.env);
  await mirrorAndReport(createMirrorWorld(signal), inputs);
});
