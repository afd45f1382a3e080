import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setOutput } from "@actions/core";
import { appendSummary } from "../../core/card.ts";
import { estimateCsv } from "../../cost/formats.ts";
import { deltaMarkdown, estimateSummary } from "../../cost/markdown.ts";
import type { Estimated } from "./estimate-cost.ts";
import type { EstimateInputs } from "./inputs.ts";

/** Writes the files, sets the outputs and appends the job summary. */
export async function publish(
  { estimate, delta }: Estimated,
  { outputFolder: folder }: Pick<EstimateInputs, "outputFolder">,
): Promise<void> {
  const csv = join(folder, "cost.csv");
  await mkdir(folder, { recursive: true });
  await writeFile(csv, estimateCsv(estimate));
  setOutput("monthly", estimate.monthly.toFixed(2));
  setOutput("yearly", estimate.yearly.toFixed(2));
  setOutput("change", delta ? (delta.after - delta.before).toFixed(2) : "");
  setOutput("csv", csv);
  if (delta) await appendSummary(deltaMarkdown(delta));
  await appendSummary(...estimateSummary(estimate));
}
