import { inputsOf, warnOfUnknownInputs } from "./action-inputs.ts";
import { readReference } from "./action-reference.ts";
import { aroundTask, nameOfActionStep } from "./around-task.ts";
import { preOfComposite, runComposite } from "./composite-action.ts";
import { evaluateTexts } from "./evaluate.ts";
import type { JobState } from "./job-state.ts";
import { loadAction } from "./load-action.ts";
import { postOfNode, preOfNode, runNodeAction } from "./node-action.ts";
import { standInStep } from "./stand-ins/stand-in-step.ts";
import { standIns } from "./stand-ins/stand-ins.ts";
import type { StepSequence } from "./step-sequence.ts";
import type { RunningStep, Task } from "./task.ts";
import type { ActionStep } from "./workflow.ts";

export function actionTask(sequence: StepSequence, step: ActionStep): Task {
  return {
    ...step,
    condition: step.condition.expression,
    name: (scope) => nameOfActionStep(step, scope),
    execute: (running) => runAction(sequence, step, running),
  };
}

async function runAction(
  { job, posts }: StepSequence,
  step: ActionStep,
  running: RunningStep,
): Promise<void> {
  const given = evaluateTexts(step.with, running.scope);
  const reference = readReference(step.uses, step.place);
  if (reference.kind === "stand-in") {
    const post = await standIns[reference.name]?.run(standInStep(running, given));
    if (post) posts.push(postOfStandIn(step, (later) => post(standInStep(later, given))));
    return;
  }
  const checkout = reference.kind === "commit" ? job.run.commitDirectory : job.workspace;
  const action = await loadAction(checkout, reference.path, step.place);
  warnOfUnknownInputs(running, action, Object.keys(given));
  const inputs = inputsOf(running, action, given);
  if (action.kind === "composite") return runComposite(running, step, action, inputs, posts);
  const post = postOfNode(step, action, inputs);
  if (post) posts.push(post);
  await runNodeAction(running, action, inputs);
}

function postOfStandIn(step: ActionStep, execute: Task["execute"]): Task {
  return { ...aroundTask(step, "Post"), condition: "success()", execute };
}

/** Returns the `pre` of an action of the running commit. As on GitHub, actions of the workspace have none. */
export async function preTask(job: JobState, step: ActionStep): Promise<Task | undefined> {
  const reference = readReference(step.uses, step.place);
  if (reference.kind !== "commit") return undefined;
  const action = await loadAction(job.run.commitDirectory, reference.path, step.place);
  return action.kind === "composite" ? preOfComposite(job, step, action) : preOfNode(step, action);
}
