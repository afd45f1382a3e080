import { setOutput } from "@actions/core";
import type { EcsWorld } from "../../shared/ecs/world.ts";
import type { MeasureInputs, PlanInputs } from "./inputs.ts";
import { recordMeasurement } from "./record/record-measurement.ts";
import { reportScaling } from "./report/report-scaling.ts";

export async function measureScaling(world: EcsWorld, inputs: MeasureInputs): Promise<void> {
  switch (inputs.mode) {
    case "plan":
      return planTest(world, inputs);
    case "record":
      return recordMeasurement(world, inputs);
    case "report":
      return reportScaling(world.log, inputs);
  }
}

/** For the matrices of a workflow: what is measured, and who sends load. */
function planTest({ log }: EcsWorld, { taskCounts, generators }: PlanInputs): void {
  log.info(`Task counts ${taskCounts.join(", ")}; ${generators} at a time sending load.`);
  setOutput("task-counts", JSON.stringify(taskCounts));
  setOutput("generators", JSON.stringify(Array.from({ length: generators }, (_, index) => index + 1)));
}
