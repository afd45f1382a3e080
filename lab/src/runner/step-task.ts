import { actionTask } from "./action-task.ts";
import { scriptTask } from "./script-task.ts";
import type { StepSequence } from "./step-sequence.ts";
import type { Task } from "./task.ts";
import type { RunDefaults, Step } from "./workflow.ts";

/** @param defaults of the job and of the workflow, the nearest first; a composite action has none */
export function stepTask(sequence: StepSequence, step: Step, defaults: RunDefaults[] = []): Task {
  return step.kind === "script" ? scriptTask(step, defaults) : actionTask(sequence, step);
}
