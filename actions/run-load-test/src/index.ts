import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { readLoadInputs } from "./inputs.ts";
import { runAndReport } from "./run-load-test.ts";

await runAction(async (signal) => {
  const inputs = readLoadInputs();
  await runAndReport({ log: runnerLog, signal }, inputs);
});
