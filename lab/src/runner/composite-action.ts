import { inputsOf } from "./action-inputs.ts";
import { preTask } from "./action-task.ts";
import { aroundTask } from "./around-task.ts";
import { evaluateTexts, evaluateToken, type Json, toText } from "./evaluate.ts";
import type { JobState } from "./job-state.ts";
import type { CompositeAction } from "./load-action.ts";
import { performTask } from "./perform-task.ts";
import type { StepResult } from "./result.ts";
import { type StepSequence, stepScope } from "./step-sequence.ts";
import { stepTask } from "./step-task.ts";
import { type RunningStep, StepCancelled, StepFailed, type Task } from "./task.ts";
import type { ActionStep } from "./workflow.ts";

/**
 * Runs the steps of a composite action inside the step that uses it, and sets the action's outputs, whether the steps
 * succeed or not.
 * @param posts of the sequence that the step is in; gets one task for all `post`s inside the action
 */
export async function runComposite(
  running: RunningStep,
  step: ActionStep,
  action: CompositeAction,
  inputs: Record<string, string>,
  posts: Task[],
): Promise<void> {
  const inner = innerSequence(running, action, inputs);
  for (const each of action.steps) await performTask(inner, stepTask(inner, each));
  if (inner.posts.length > 0) posts.push(postOfComposite(step, inner));
  const scope = stepScope(inner);
  for (const { id, value } of action.outputs) {
    if (value) running.outputs[id] = toText(evaluateToken(value, scope));
  }
  requireSuccess(inner.steps);
}

/** One task for all `pre`s inside the action. */
export async function preOfComposite(
  job: JobState,
  step: ActionStep,
  action: CompositeAction,
): Promise<Task | undefined> {
  const uses = action.steps.filter((each) => each.kind === "action");
  const pres = (await Promise.all(uses.map((each) => preTask(job, each)))).filter(
    (each) => each !== undefined,
  );
  if (pres.length === 0) return undefined;
  return {
    ...aroundTask(step, "Pre"),
    condition: "always()",
    execute: (running) => {
      const inputs = inputsOf(running, action, evaluateTexts(step.with, running.scope));
      return performAround(innerSequence(running, action, inputs), pres);
    },
  };
}

function postOfComposite(step: ActionStep, inner: StepSequence): Task {
  return {
    ...aroundTask(step, "Post"),
    condition: "always()",
    execute: (running) => performAround({ ...inner, outer: running }, inner.posts.toReversed()),
  };
}

async function performAround(sequence: StepSequence, tasks: Task[]): Promise<void> {
  const before = sequence.steps.length;
  for (const task of tasks) await performTask(sequence, task);
  requireSuccess(sequence.steps.slice(before));
}

// Excludes `secrets`, `vars` and `needs`: https://docs.github.com/actions/reference/workflows-and-actions/contexts
const keptContexts = ["matrix", "runner", "strategy"];

function innerSequence(
  running: RunningStep,
  action: CompositeAction,
  inputs: Record<string, string>,
): StepSequence {
  const around = running.scope.contexts;
  const kept = keptContexts.map((name) => [name, around[name] ?? null]);
  const github = { ...(around.github as { [name: string]: Json }), action_path: action.directory };
  const contexts = { ...Object.fromEntries(kept), github, inputs };
  return { job: running.job, contexts, steps: [], posts: [], outer: running };
}

/** The annotations of failed steps have already reported the cause. */
function requireSuccess(steps: StepResult[]): void {
  const cancelled = steps.find((step) => step.conclusion === "cancelled");
  if (cancelled) throw new StepCancelled(`'${cancelled.name}' was cancelled`);
  const failed = steps.find((step) => step.conclusion === "failure");
  if (failed) throw new StepFailed(`'${failed.name}' failed`);
}
