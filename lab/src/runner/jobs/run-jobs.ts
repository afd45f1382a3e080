import { evaluateCondition, type Json } from "../expressions/evaluate.ts";
import { jobStatusFunctions } from "../expressions/functions.ts";
import type { Job } from "../load/workflow.ts";
import { type Conclusion, combine, type JobOutcome } from "../result.ts";
import type { RunContext, WorkflowScope } from "./run-context.ts";
import { runMatrix } from "./run-matrix.ts";

interface WorkflowOutcome {
  conclusion: Conclusion;
  jobs: ReadonlyMap<string, JobOutcome>;
}

/** Runs the jobs of a workflow, each as soon as those it needs have ended. */
export async function runJobs(context: RunContext, scope: WorkflowScope): Promise<WorkflowOutcome> {
  const started = new Map<string, Promise<JobOutcome>>();
  const finished = new Map<string, JobOutcome>();
  const byId = new Map(scope.workflow.jobs.map((job) => [job.id, job]));
  const start = (job: Job): Promise<JobOutcome> => {
    const existing = started.get(job.id);
    if (existing) return existing;
    const outcome = afterNeeds(job);
    started.set(job.id, outcome);
    return outcome;
  };
  const afterNeeds = async (job: Job): Promise<JobOutcome> => {
    await Promise.all(job.needs.map((id) => start(byId.get(id) as Job)));
    const outcome = await runJob(context, scope, job, {
      needs: needsContext(job, finished),
      ancestors: ancestors(job),
    });
    finished.set(job.id, outcome);
    return outcome;
  };
  const ancestors = (job: Job, found = new Map<string, Conclusion>()): Map<string, Conclusion> => {
    for (const id of job.needs) {
      found.set(id, (finished.get(id) as JobOutcome).conclusion);
      ancestors(byId.get(id) as Job, found);
    }
    return found;
  };
  await Promise.all(scope.workflow.jobs.map(start));
  return {
    conclusion: combine(
      [...finished.values()].map((each) => each.conclusion),
      scope.signal,
    ),
    jobs: finished,
  };
}

interface Needs {
  needs: { [name: string]: Json };
  ancestors: ReadonlyMap<string, Conclusion>;
}

async function runJob(
  context: RunContext,
  scope: WorkflowScope,
  job: Job,
  { needs, ancestors }: Needs,
): Promise<JobOutcome> {
  const contexts = { github: context.github, inputs: scope.inputs, vars: context.options.vars, needs };
  const functions = jobStatusFunctions(ancestors, scope.signal.aborted);
  if (!evaluateCondition(job.condition.expression, { contexts, functions })) {
    return { conclusion: scope.signal.aborted ? "cancelled" : "skipped", outputs: {} };
  }
  // A cancellation does not end a job whose condition includes cancelled runs.
  const signal = scope.signal.aborted ? new AbortController().signal : scope.signal;
  return runMatrix(context, { ...scope, signal }, job, contexts);
}

function needsContext(job: Job, finished: ReadonlyMap<string, JobOutcome>): { [name: string]: Json } {
  return Object.fromEntries(
    job.needs.map((id) => {
      const { conclusion, outputs } = finished.get(id) as JobOutcome;
      return [id, { result: conclusion, outputs }];
    }),
  );
}
