import * as core from "@actions/core";
import { runAction } from "../../shared/run.ts";
import { estimateAndReport } from "./estimate-cost.ts";
import { readEstimateInputs } from "./inputs.ts";

await runAction(async () => {
  await estimateAndReport(readEstimateInputs(), core);
});
