import { concurrencyOf } from "./concurrency-of.ts";
import type { Json } from "./evaluate.ts";
import type { Conclusion, RunResult } from "./result.ts";
import type { RunContext } from "./run-context.ts";
import { runJobs } from "./run-jobs.ts";
import type { Workflow } from "./workflow.ts";

export interface Start {
  inputs: { [name: string]: Json };
  permissions: Record<string, string>;
  cancellation: AbortController;
  event: string;
  sha: string;
}

/** Runs a whole workflow from its first job to its last. */
export async function runWorkflow(context: RunContext, workflow: Workflow, start: Start): Promise<RunResult> {
  const startedAt = performance.now();
  const { emit, secrets } = context.options;
  const { event, sha, inputs, permissions, cancellation } = start;
  emit({ type: "run-started", run: context.id, workflow: workflow.name, event, sha });
  const scope = { workflow, prefix: "", inputs, secrets, permissions, signal: cancellation.signal };
  const conclusion = await concludeRun(context, scope, cancellation);
  const durationMs = performance.now() - startedAt;
  emit({ type: "run-finished", run: context.id, workflow: workflow.name, conclusion, durationMs });
  return { id: context.id, workflow: workflow.name, event, sha, conclusion, jobs: context.jobs, durationMs };
}

async function concludeRun(
  context: RunContext,
  scope: Parameters<typeof runJobs>[1],
  cancellation: AbortController,
): Promise<Conclusion> {
  const contexts = { github: context.github, inputs: scope.inputs, vars: context.options.vars };
  const request = concurrencyOf(scope.workflow.concurrency, { contexts });
  if (!request) return (await runJobs(context, scope)).conclusion;
  const turn = await context.groups.enter(request, () => cancellation.abort(), cancellation.signal);
  if (!turn) return "cancelled";
  try {
    return (await runJobs(context, scope)).conclusion;
  } finally {
    turn.leave();
  }
}
