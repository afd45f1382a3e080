import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setOutput } from "@actions/core";
import { type CostDelta, compareCosts } from "../../shared/cost/compare.ts";
import { readCostStacks } from "../../shared/cost/cost-stacks.ts";
import { estimateCsv } from "../../shared/cost/csv.ts";
import { type Estimate, estimateCosts } from "../../shared/cost/estimate.ts";
import { estimateJson } from "../../shared/cost/json.ts";
import { deltaMarkdown, estimateMarkdown } from "../../shared/cost/markdown.ts";
import { formatChange, formatUsd } from "../../shared/cost/money.ts";
import { readPriceList } from "../../shared/cost/price-list.ts";
import { readTaskSizes } from "../../shared/cost/task-sizes.ts";
import { readUsage } from "../../shared/cost/usage.ts";
import type { Log } from "../../shared/log.ts";
import { appendSummary } from "../../shared/summary.ts";
import type { EstimateInputs, Installation } from "./inputs.ts";

/** Reads files only: neither AWS nor anything else is asked, and nothing is changed. */
export async function estimateAndReport(inputs: EstimateInputs, log: Pick<Log, "info">): Promise<void> {
  const priceList = readPriceList(inputs.priceListFile);
  const usage = readUsage(inputs.usageFile);
  const estimate = (installation: Installation): Estimate =>
    estimateCosts({
      stacks: readCostStacks(installation),
      priceList,
      usage,
      taskSizes: readTaskSizes(installation.taskDefinitionsFolder),
    });
  const after = estimate(inputs.after);
  const delta = inputs.before && compareCosts(estimate(inputs.before), after);
  log.info(`${formatUsd(after.monthly)} a month, ${formatUsd(after.yearly)} in 12 months.`);
  if (delta) log.info(`The change: ${formatChange(delta.after - delta.before)} a month.`);
  await publish(after, delta, inputs.outputFolder);
}

async function publish(estimate: Estimate, delta: CostDelta | undefined, folder: string): Promise<void> {
  const [csv, json] = [join(folder, "cost.csv"), join(folder, "cost.json")];
  await mkdir(folder, { recursive: true });
  await writeFile(csv, estimateCsv(estimate));
  await writeFile(json, estimateJson(estimate, delta));
  setOutput("monthly", estimate.monthly.toFixed(2));
  setOutput("yearly", estimate.yearly.toFixed(2));
  setOutput("change", delta ? (delta.after - delta.before).toFixed(2) : "");
  setOutput("csv", csv);
  setOutput("json", json);
  if (delta) await appendSummary(deltaMarkdown(delta));
  await appendSummary(estimateMarkdown(estimate));
}
