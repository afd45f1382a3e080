import { setOutput } from "@actions/core";
import { counted } from "../../shared/cost/cost-line.ts";
import type { EcsContext } from "../../shared/ecs/context.ts";
import type { MeasureInputs, PlanInputs } from "./inputs.ts";
import { recordMeasurement } from "./record/record-measurement.ts";
import { reportScaling } from "./report/report-scaling.ts";

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
