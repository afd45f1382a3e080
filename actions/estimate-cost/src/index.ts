import { runnerLog } from "../../shared/log.ts";
import { runAction } from "../../shared/run.ts";
import { createPricing } from "./clients.ts";
import { estimateAndReport } from "./estimate-cost.ts";
import { readEstimateInputs } from "./inputs.ts";

await runAction(async (signal) => {
  await estimateAndReport(readEstimateInputs(), { log: runnerLog, createPricing, now: Date.now, signal });
});
