import { evaluateTexts, evaluateToken, toText } from "../expressions/evaluate.ts";
import { checkRunner } from "../load/read-job.ts";
import type { JobResult } from "../result.ts";
import { performTask } from "../steps/perform-task.ts";
import { endGroup } from "../steps/run-process.ts";
import { preTasks, stepTask } from "../steps/step-task.ts";
import { jobSequence, type StepSequence, stepScope } from "../steps/task.ts";
import { serveIdentity } from "./identity.ts";
import { annotateJob, createJobState, type JobPlacement } from "./job-state.ts";

// GitHub's default for a job: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
const defaultTimeoutMinutes = 360;

/** Runs the steps of a job, then their post steps, and ends every process they started. */
export async function runStepsJob(placement: JobPlacement): Promise<JobResult> {
  const startedAt = performance.now();
  const timeout = new AbortController();
  const signal = AbortSignal.any([placement.signal, timeout.signal]);
  const job = await createJobState({ ...placement, signal }, placement.run.nextJob());
  const sequence = jobSequence(job);
  job.run.processGroups.add(job.groups);
  const { emit } = job.run.options;
  emit({ type: "job-started", run: job.run.id, job: job.name });
  const minutes = timeoutMinutes(sequence);
  const timer = setTimeout(() => {
    annotateJob(job, {
      level: "error",
      message: `The job has exceeded the maximum execution time of ${minutes} minutes.`,
    });
    timeout.abort();
  }, minutes * 60_000);
  signal.addEventListener("abort", () => {
    job.status = "cancelled";
  });
  if (signal.aborted) job.status = "cancelled";
  // A name that cannot be evaluated ends the job before its first step.
  const name = environmentName(sequence);
  checkRunnerOf(sequence);
  const identity = await serveIdentity(job, name);
  try {
    await performAll(sequence);
  } finally {
    clearTimeout(timer);
    await identity.close();
    for (const group of job.groups) endGroup(group);
    for (const line of await job.processes.end())
      emit({ type: "log", run: job.run.id, job: job.name, step: "Complete job", line });
    job.run.processGroups.delete(job.groups);
  }
  const result: JobResult = {
    name: job.name,
    conclusion: job.status,
    outputs: jobOutputs(sequence),
    steps: sequence.steps,
    annotations: job.annotations,
    leftOut: job.leftOut,
    summary: job.summaries.map(({ markdown }) => markdown).join("\n"),
    permissions: job.permissions,
    executed: job.processes.executed(job.run.options.directory),
    durationMs: performance.now() - startedAt,
  };
  job.run.jobs.push(result);
  await job.run.workTrees.keep(job.workspace);
  const { conclusion, durationMs } = result;
  const summary = job.summaries.flatMap(({ parts }) => parts);
  emit({ type: "job-finished", run: job.run.id, job: job.name, conclusion, durationMs, summary });
  return result;
}

async function performAll(sequence: StepSequence): Promise<void> {
  const { definition, scope } = sequence.job;
  const defaults = [definition.defaults, scope.workflow.defaults];
  for (const pre of await preTasks(sequence.job, definition.steps)) await performTask(sequence, pre);
  for (const step of definition.steps) await performTask(sequence, stepTask(sequence, step, defaults));
  for (const post of sequence.posts.reverse()) await performTask(sequence, post);
}

function timeoutMinutes(sequence: StepSequence): number {
  const token = sequence.job.definition.timeoutMinutes;
  return token ? Number(toText(evaluateToken(token, stepScope(sequence)))) : defaultTimeoutMinutes;
}

function checkRunnerOf({ job }: StepSequence): void {
  const { runsOn, place } = job.definition;
  if (!runsOn) return;
  const labels = checkRunner(evaluateToken(runsOn, { contexts: job.contexts }), place);
  const message = `The job is for a runner with ${labels.join(", ")}. The rehearsal runs it on this machine.`;
  if (labels.length > 0) annotateJob(job, { level: "notice", message });
}

/** Empty for a job without an environment, or with an empty one, which GitHub ignores. */
function environmentName({ job }: StepSequence): string {
  const token = job.definition.environment;
  return token ? toText(evaluateToken(token, { contexts: job.contexts })) : "";
}

function jobOutputs(sequence: StepSequence): Record<string, string> {
  const { job } = sequence;
  const outputs = Object.entries(evaluateTexts(job.definition.outputs, stepScope(sequence)));
  const open = outputs.filter(([name, value]) => {
    if (!job.run.masker.holds(value)) return true;
    annotateJob(job, { level: "warning", message: `Skip output '${name}' since it may contain secret.` });
    return false;
  });
  return Object.fromEntries(open);
}
