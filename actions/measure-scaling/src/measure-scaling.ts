import { setOutput } from "@actions/core";
import { appendSummary } from "../../core/card.ts";
import { Failure } from "../../core/failure.ts";
import type { Log } from "../../core/log.ts";
import { counted } from "../../core/summary.ts";
import { readPriceList } from "../../cost/price-list.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { writeJson } from "../../load/files.ts";
import type { MeasureInputs, PlanInputs, ReportInputs } from "./inputs.ts";
import { readMeasurements } from "./measurement.ts";
import { scalingSummary } from "./publish.ts";
import { recordMeasurement } from "./record-measurement.ts";
import { analyseScaling } from "./scaling.ts";

export async function measureScaling(context: EcsContext, inputs: MeasureInputs): Promise<void> {
  switch (inputs.mode) {
    case "plan":
      return planTest(context, inputs);
    case "record":
      return recordMeasurement(context, inputs);
    case "report":
      return reportScaling(context.log, inputs);
  }
}

/** Plans for a workflow's matrices the counts and the generators, and for its steps the load. */
function planTest({ log }: EcsContext, { taskCounts, generators, load }: PlanInputs): void {
  log.info(`Task counts ${taskCounts.join(", ")}; load from ${counted(generators, "generator")}.`);
  if (load.targets) log.info(`Targets:\n${load.targets}`);
  setOutput("task-counts", JSON.stringify(taskCounts));
  setOutput("generators", JSON.stringify(Array.from({ length: generators }, (_, index) => index + 1)));
  for (const [name, value] of Object.entries(load)) setOutput(name, value);
}

/** Writes report, outputs and summary of all existing measurements; throws when a count is missing or failed. */
async function reportScaling(log: Log, inputs: ReportInputs): Promise<void> {
  const { taskCounts, measurementsFolder, reportFile } = inputs;
  const measurements = await readMeasurements(measurementsFolder);
  const scaling = analyseScaling(taskCounts, measurements, readPriceList());
  const { measured, failed, ...report } = scaling;
  const knee = scaling.knee?.taskCount;
  await writeJson(reportFile, { version: 1, ...report, knee: knee ?? null });
  setOutput("report", reportFile);
  setOutput("knee", knee ?? "");
  setOutput("recommendation", scaling.recommendation);
  await appendSummary(scalingSummary(scaling));
  log.info(scaling.recommendation);
  if (measurements.length === 0)
    throw new Failure(`Folder ${measurementsFolder} contains no measurement (input measurements)`, {
      nextStep:
        "set it to the folder of the files that mode record writes; if it is empty, see the first failed job of the run.",
    });
  if (failed.length === 0) return;
  const named = failed.map(({ taskCount, why }) => `${counted(taskCount, "task")}: ${why}`).join("; ");
  throw new Failure(`${failed.length} of ${taskCounts.length} counts could not be measured (${named})`, {
    nextStep: "see the first failed job of the run, and run the test again.",
  });
}
