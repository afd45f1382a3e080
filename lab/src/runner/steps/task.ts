import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { evaluateToken, type Json, type Scope, toText } from "../expressions/evaluate.ts";
import { hashFilesFunction } from "../expressions/functions.ts";
import type { JobState } from "../jobs/job-state.ts";
import type { Action } from "../load/load-action.ts";
import type { ActionStep, OutputUse } from "../load/workflow.ts";
import type { Annotation, Conclusion, StepResult } from "../result.ts";

/** A step of a job, or the `post` of one. */
export interface Task {
  id: string;
  name(scope: Scope): string;
  /** With its status function. */
  condition: string;
  env?: TemplateToken;
  timeoutMinutes?: TemplateToken;
  continueOnError?: TemplateToken;
  /** Set for a task that is not a step of the file. */
  post?: boolean;
  /** Expressions of later steps. */
  outputUses?: readonly OutputUse[];
  /** Throws an Error whose message becomes the annotation, or StepFailed when there is one already. */
  execute(step: RunningStep): Promise<void>;
}

export interface RunningStep {
  /** The step's id, inside composite actions with those of the steps around it: `login/role`. */
  key: string;
  /** Name of the job's step in whose log it writes: its own, or that of the outermost step around it. */
  shownAs: string;
  job: JobState;
  scope: Scope;
  /** Environment of the step's own processes. */
  environment: Record<string, string>;
  /** Variables that `env` of this step, and of the steps around it, add to the environment of the job. */
  ownEnv: Record<string, string>;
  /** Aborted when the step is cancelled, or its time is over. */
  signal: AbortSignal;
  /** Aborted when its time, or that of a step around it, is over. */
  deadline: AbortSignal;
  outputs: Record<string, string>;
  /** Error annotations so far. */
  errors: number;
  /** A line of output; commands in it are performed. */
  write(line: string): void;
  annotate(annotation: Annotation): void;
  /** Notes work that is not done, and shows it in the step's log and in the summary of the run. */
  leaveOut(what: string, why: string): void;
  /** Folder for what the runner writes for the step: its processes read it. */
  directory: string;
  /** Folder for what the step's processes write. */
  output: string;
}

/** A failure that an annotation has already reported. */
export class StepFailed extends Error {
  override name = "StepFailed";
}

/** A step inside the step was cancelled. */
export class StepCancelled extends Error {
  override name = "StepCancelled";
}

export function nameOfActionStep(step: ActionStep, scope: Scope): string {
  return step.name ? toText(evaluateToken(step.name, scope)) : `Run ${step.uses}`;
}

/** Returns the task for the `pre` or `post` of a step's action, without its condition and work. */
export function taskAround(step: ActionStep, part: "Pre" | "Post"): Omit<Task, "condition" | "execute"> {
  return {
    id: step.id,
    post: true,
    env: step.env,
    name: (scope) => `${part} ${nameOfActionStep(step, scope)}`,
  };
}

/** Steps that see each other in their `steps` context: those of a job, or those inside a composite action. */
export interface StepSequence {
  job: JobState;
  /** Contexts of the expressions, besides `env`, `job` and `steps`. */
  contexts: { [name: string]: Json };
  /** Results so far. */
  steps: StepResult[];
  /** Tasks to run after the steps of the job, the last first. */
  posts: Task[];
  /** The step that uses the composite action; absent for the steps of the job. */
  outer?: RunningStep;
}

export function jobSequence(job: JobState): StepSequence {
  return { job, contexts: job.contexts, steps: [], posts: [] };
}

/**
 * Returns the current contexts for a step's expressions.
 * @param env environment including the step's own; by default, the environment shared by all steps of the sequence
 */
export function stepScope(
  sequence: StepSequence,
  env: Record<string, string> = { ...sequence.job.env, ...sequence.outer?.ownEnv },
): Scope {
  const { job } = sequence;
  const named = sequence.steps.filter((step) => !step.id.startsWith("__") && !step.post);
  const steps = named.map(({ id, conclusion, outcome, outputs }) => [id, { conclusion, outcome, outputs }]);
  return {
    contexts: {
      ...sequence.contexts,
      env,
      steps: Object.fromEntries(steps),
      job: { status: job.status },
    },
    functions: [hashFilesFunction(job.workspace)],
  };
}

/**
 * Returns the status for `success()` and `failure()`. As on GitHub, a step inside a composite action depends only on
 * the steps before it in the action, so that an action with `if: always()` works in a failed job. Its `post` depends on
 * the job.
 */
export function statusOf({ job, outer, steps }: StepSequence, post = false): Conclusion {
  if (!outer || post || job.status === "cancelled") return job.status;
  return steps.some((step) => step.conclusion === "failure") ? "failure" : "success";
}

/** An action's inputs by name: what the step gives with `with`, else the action's defaults. */
export function inputsOf(
  running: RunningStep,
  action: Action,
  given: Record<string, string>,
): Record<string, string> {
  const inputs = new Map<string, { id: string; value: string }>();
  for (const { id, default: fallback } of action.inputs) {
    inputs.set(id.toLowerCase(), {
      id,
      value: fallback ? toText(evaluateToken(fallback, running.scope)) : "",
    });
  }
  for (const [name, value] of Object.entries(given)) {
    const key = name.toLowerCase();
    inputs.set(key, { id: inputs.get(key)?.id ?? name, value });
  }
  const { own } = running.job.run.options;
  if (own && action.directory.startsWith(own.directory))
    for (const [name, value] of Object.entries(own.inputs ?? {})) {
      const input = inputs.get(name);
      if (input?.value === "") input.value = value;
    }
  return Object.fromEntries([...inputs.values()].map(({ id, value }) => [id, value]));
}

interface Declared {
  readonly inputs: readonly { readonly id: string }[];
}

/** Returns the given inputs that the action does not declare. */
export function unknownInputs({ inputs }: Declared, given: readonly string[]): string[] {
  return given.filter((name) => !inputs.some(({ id }) => id.toLowerCase() === name.toLowerCase()));
}

/** As on GitHub, the action gets inputs that it does not declare all the same. */
export function warnOfUnknownInputs(
  running: RunningStep,
  action: Declared,
  unknown: readonly string[],
): void {
  const known = action.inputs.map((input) => input.id);
  const message = `Unexpected input(s) '${unknown.join("', '")}', valid inputs are ['${known.join("', '")}']`;
  running.annotate({ level: "warning", message });
}
