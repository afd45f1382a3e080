import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setOutput } from "@actions/core";
import { readPriceList } from "../../../shared/cost/price-list.ts";
import { Failure } from "../../../shared/failure.ts";
import type { Log } from "../../../shared/log.ts";
import { appendSummary } from "../../../shared/summary.ts";
import type { ReportInputs } from "../inputs.ts";
import { readMeasurements } from "../measurement.ts";
import { scalingJson } from "./json.ts";
import { scalingMarkdown } from "./markdown.ts";
import { analyseScaling, type Scaling } from "./scaling.ts";
import { formatTasks } from "./text.ts";

/** Writes report, outputs and summary of all existing measurements; throws when a count is missing or failed. */
export async function reportScaling(log: Log, inputs: ReportInputs): Promise<void> {
  const measurements = readMeasurements(inputs.measurementsFolder);
  const scaling = analyseScaling(inputs.taskCounts, measurements, readPriceList(undefined));
  await publish(scaling, inputs.reportFile);
  log.info(scaling.recommendation);
  if (measurements.length === 0)
    throw new Failure(`Folder ${inputs.measurementsFolder} contains no measurement (input measurements)`, {
      nextStep:
        "set it to the folder of the files that mode record writes; if there are none, see the first failed job of the run.",
    });
  refuseFailed(scaling);
}

async function publish(scaling: Scaling, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, scalingJson(scaling));
  setOutput("report", file);
  setOutput("knee", scaling.knee?.taskCount ?? "");
  setOutput("recommendation", scaling.recommendation);
  await appendSummary(scalingMarkdown(scaling));
}

function refuseFailed({ failed, points }: Scaling): void {
  if (failed.length === 0) return;
  const named = failed.map(({ taskCount, why }) => `${formatTasks(taskCount)}: ${why}`).join("; ");
  throw new Failure(`${failed.length} of ${points.length} counts could not be measured (${named})`, {
    nextStep: "see the first failed job of the run, and run the test again.",
  });
}
