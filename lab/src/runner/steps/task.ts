import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { evaluateToken, type Scope, toText } from "../expressions/evaluate.ts";
import type { JobState } from "../jobs/job-state.ts";
import type { ActionStep } from "../load/workflow.ts";
import type { Annotation } from "../result.ts";

/** A step of a job, or the `pre` or `post` of one. */
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
  /** Folder for the step's own files. */
  directory: string;
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
export function prePostTask(step: ActionStep, when: "Pre" | "Post"): Omit<Task, "condition" | "execute"> {
  return {
    id: step.id,
    post: true,
    env: step.env,
    name: (scope) => `${when} ${nameOfActionStep(step, scope)}`,
  };
}
