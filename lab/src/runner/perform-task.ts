import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createCommandFiles, type StepWritings } from "./command-files.ts";
import { evaluateCondition, evaluateTexts, evaluateToken, type Scope, toText } from "./evaluate.ts";
import { hashFilesFunction, stepStatusFunctions } from "./functions.ts";
import { type JobState, jobEnvironment, stepScope } from "./job-state.ts";
import type { Annotation, Conclusion, StepResult } from "./result.ts";
import { type RunningStep, StepFailed, type Task } from "./task.ts";
import { createCommandReader } from "./workflow-commands.ts";

/** Runs one task of a job if its condition holds, and records its result and what it wrote. Never throws. */
export async function performTask(job: JobState, task: Task): Promise<void> {
  const startedAt = performance.now();
  const { emit } = job.run.options;
  const header = { run: job.run.id, job: job.name };
  let name = task.id;
  const outputs: Record<string, string> = {};
  const finish = (outcome: Conclusion, forgiven: boolean) => {
    const durationMs = performance.now() - startedAt;
    const conclusion = forgiven && outcome === "failure" ? "success" : outcome;
    const result: StepResult = { id: task.id, name, conclusion, outcome, outputs, durationMs };
    if (task.post) result.post = true;
    job.steps.push(result);
    if (conclusion === "failure" && job.status === "success") job.status = "failure";
    if (outcome !== "skipped") emit({ type: "step-finished", ...header, step: name, conclusion, durationMs });
  };
  if (job.run.killed) return finish("skipped", false);
  try {
    if (!isWanted(job, task)) return finish("skipped", false);
    name = job.run.masker.hide(task.name(withHashFiles(job, stepScope(job))));
  } catch (error) {
    annotateJob(job, { level: "error", message: (error as Error).message });
    return finish("failure", false);
  }
  emit({ type: "step-started", ...header, step: name });
  const { outcome, forgiven } = await execute(job, task, name, outputs);
  finish(outcome, forgiven);
}

function isWanted(job: JobState, task: Task, status: Conclusion = job.status): boolean {
  const scope = withHashFiles(job, stepScope(job));
  return evaluateCondition(task.condition, {
    ...scope,
    functions: [...(scope.functions ?? []), ...stepStatusFunctions(status)],
  });
}

async function execute(job: JobState, task: Task, name: string, outputs: Record<string, string>) {
  const stop = new AbortController();
  const onCancel = () => {
    job.status = "cancelled";
    // As on GitHub: a step whose condition holds for a cancelled job goes on.
    if (!isWanted(job, task, "cancelled")) stop.abort();
  };
  if (!job.signal.aborted) job.signal.addEventListener("abort", onCancel, { once: true });
  const timer = { timedOut: false, timeout: undefined as NodeJS.Timeout | undefined };
  let forgiven = false;
  let outcome: Conclusion = "success";
  try {
    const scope = withHashFiles(job, stepScope(job));
    const env = { ...job.env, ...evaluateTexts(task.env, scope) };
    const stepOwn = withHashFiles(job, stepScope(job, env));
    forgiven = task.continueOnError !== undefined && evaluateToken(task.continueOnError, stepOwn) === true;
    const minutes = task.timeoutMinutes && Number(toText(evaluateToken(task.timeoutMinutes, stepOwn)));
    if (minutes) {
      timer.timeout = setTimeout(() => {
        timer.timedOut = true;
        stop.abort();
      }, minutes * 60_000);
    }
    await executeWithFiles(job, task, name, { env, scope: stepOwn, signal: stop.signal, outputs });
  } catch (error) {
    outcome = stop.signal.aborted && !timer.timedOut ? "cancelled" : "failure";
    if (outcome === "failure" && !timer.timedOut && !(error instanceof StepFailed)) {
      annotateJob(job, { level: "error", message: (error as Error).message });
    }
  } finally {
    clearTimeout(timer.timeout);
    job.signal.removeEventListener("abort", onCancel);
  }
  if (timer.timedOut) {
    outcome = "failure";
    const limit = toText(evaluateToken(task.timeoutMinutes as never, stepScope(job)));
    annotateJob(job, {
      level: "error",
      message: `The action '${name}' has timed out after ${limit} minutes.`,
    });
  }
  return { outcome, forgiven };
}

interface StepOwn {
  env: Record<string, string>;
  scope: Scope;
  signal: AbortSignal;
  outputs: Record<string, string>;
}

async function executeWithFiles(job: JobState, task: Task, name: string, own: StepOwn): Promise<void> {
  const directory = join(job.directory, "steps", randomUUID());
  const files = await createCommandFiles(directory);
  const step: RunningStep = {
    id: task.id,
    job,
    scope: own.scope,
    environment: { ...jobEnvironment(job), ...own.env, ...files.environment, GITHUB_ACTION: task.id },
    signal: own.signal,
    outputs: own.outputs,
    errors: 0,
    write: () => {},
    annotate(annotation) {
      if (annotation.level === "error") step.errors++;
      annotateJob(job, annotation);
    },
    directory,
  };
  step.environment.PATH =
    own.env.PATH && own.env.PATH !== job.env.PATH ? own.env.PATH : (jobEnvironment(job).PATH ?? "");
  const removed: string[] = [];
  step.write = createWriter(step, name, removed);
  try {
    await task.execute(step);
  } finally {
    keepWritings(step, await files.read());
  }
  if (removed.length > 0) {
    throw new Error(
      `the workflow command '${removed[0]}' is no longer known; write to the file that GitHub names instead`,
    );
  }
}

function createWriter(step: RunningStep, name: string, removed: string[]): (line: string) => void {
  const read = createCommandReader();
  const { run, name: job } = step.job;
  const log = (line: string) => {
    run.options.emit({ type: "log", run: run.id, job, step: name, line: run.masker.hide(line) });
  };
  return (line) => {
    const meaning = read(line);
    if (meaning?.kind === "text") log(meaning.text);
    if (meaning?.kind === "mask") run.masker.add(meaning.value);
    if (meaning?.kind === "annotation") step.annotate(meaning.annotation);
    if (meaning?.kind === "removed") removed.push(meaning.command);
  };
}

function keepWritings(step: RunningStep, writings: StepWritings): void {
  const { job } = step;
  if ("NODE_OPTIONS" in writings.env)
    throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV'");
  Object.assign(step.outputs, writings.outputs);
  Object.assign(job.env, writings.env);
  job.paths.unshift(...writings.paths.reverse());
  job.saved.set(step.id, { ...job.saved.get(step.id), ...writings.state });
  if (writings.summary) job.summaries.push(job.run.masker.hide(writings.summary));
}

export function annotateJob(job: JobState, annotation: Annotation): void {
  const hidden = { ...annotation, message: job.run.masker.hide(annotation.message) };
  job.annotations.push(hidden);
  job.run.options.emit({ type: "annotation", run: job.run.id, job: job.name, annotation: hidden });
}

function withHashFiles(job: JobState, scope: Scope): Scope {
  return { ...scope, functions: [hashFilesFunction(job.workspace)] };
}
