import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { readCheckInputs } from "./inputs.ts";
import { openLabOf } from "./lab.ts";
import { publish } from "./publish.ts";
import { checkLab } from "./report.ts";

await runAction(async (signal) => {
  const inputs = readCheckInputs();
  const report = await checkLab(openLabOf(inputs), { ...inputs, now: Date.now, signal });
  await publish(report, inputs, runnerLog);
});
