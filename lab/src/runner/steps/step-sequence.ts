import type { Json, Scope } from "../expressions/evaluate.ts";
import { hashFilesFunction } from "../expressions/functions.ts";
import type { JobState } from "../jobs/job-state.ts";
import type { Conclusion, StepResult } from "../result.ts";
import type { RunningStep, Task } from "./task.ts";

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
 * the steps before it in the action, so that an action with `if: always()` works in a failed job. Its `pre` and `post`
 * steps depend on the job.
 */
export function statusOf({ job, outer, steps }: StepSequence, post = false): Conclusion {
  if (!outer || post || job.status === "cancelled") return job.status;
  return steps.some((step) => step.conclusion === "failure") ? "failure" : "success";
}
