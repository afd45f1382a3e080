import type { Json, Scope } from "./evaluate.ts";
import { hashFilesFunction } from "./functions.ts";
import type { JobState } from "./job-state.ts";
import type { Conclusion, StepResult } from "./result.ts";
import type { RunningStep, Task } from "./task.ts";

/** Steps that see each other in their `steps` context: those of a job, or those inside a composite action. */
export interface StepSequence {
  job: JobState;
  /** What their expressions see besides `env`, `job` and `steps`. */
  contexts: { [name: string]: Json };
  /** Results so far. */
  steps: StepResult[];
  /** To run after the steps of the job, the last first. */
  posts: Task[];
  /** The step that uses the composite action; absent for the steps of the job. */
  outer?: RunningStep;
}

export function jobSequence(job: JobState): StepSequence {
  return { job, contexts: job.contexts, steps: [], posts: [] };
}

/**
 * What a step's expressions see now.
 * @param env the step's own included; without it, that of every step of the sequence
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
 * What `success()` and `failure()` judge. As on GitHub, a step inside a composite action asks only for the steps
 * before it in there, so that an action with `if: always()` works in a failed job; its `pre` and `post` ask for the job.
 */
export function statusOf({ job, outer, steps }: StepSequence, post = false): Conclusion {
  if (!outer || post || job.status === "cancelled") return job.status;
  return steps.some((step) => step.conclusion === "failure") ? "failure" : "success";
}
