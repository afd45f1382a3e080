import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  evaluateCondition,
  evaluateTexts,
  evaluateToken,
  type Scope,
  toText,
} from "../expressions/evaluate.ts";
import { stepStatusFunctions } from "../expressions/functions.ts";
import { annotateJob, type JobState, jobEnvironment } from "../jobs/job-state.ts";
import { runnersOwn } from "../jobs/run-context.ts";
import type { Conclusion, StepResult } from "../result.ts";
import { createCommandFiles, mapTexts, type StepWritings } from "./command-files.ts";
import {
  type RunningStep,
  StepCancelled,
  StepFailed,
  type StepSequence,
  statusOf,
  stepScope,
  type Task,
} from "./task.ts";
import { createCommandReader, type OutputLine } from "./workflow-commands.ts";

/** Runs one task of a sequence if its condition holds, and records its result and what it wrote. Never throws. */
export async function performTask(sequence: StepSequence, task: Task): Promise<void> {
  const startedAt = performance.now();
  const { job } = sequence;
  let name = task.id;
  const outputs: Record<string, string> = {};
  const finish = (outcome: Conclusion, forgiven: boolean) => {
    const durationMs = performance.now() - startedAt;
    const conclusion = forgiven && outcome === "failure" ? "success" : outcome;
    const result: StepResult = { id: task.id, name, conclusion, outcome, outputs, durationMs };
    if (task.post) result.post = true;
    sequence.steps.push(result);
    if (!sequence.outer) emitEnd(sequence, result);
  };
  if (job.run.killed) return finish("skipped", false);
  try {
    if (!isWanted(sequence, task, statusOf(sequence, task.post))) return finish("skipped", false);
    name = job.run.masker.hide(task.name(stepScope(sequence)));
  } catch (error) {
    annotateJob(job, { level: "error", message: (error as Error).message });
    return finish("failure", false);
  }
  emitStart(sequence, name);
  const { outcome, forgiven } = await execute(sequence, task, name, outputs);
  finish(outcome, forgiven);
}

/** As on GitHub, a step inside a composite action is a heading in the log of the job's step. */
function emitStart({ job, outer }: StepSequence, name: string): void {
  const header = { run: job.run.id, job: job.name };
  const { emit } = job.run.options;
  if (outer) emit({ type: "log", ...header, step: outer.shownAs, line: `▸ ${name}` });
  else emit({ type: "step-started", ...header, step: name });
}

function emitEnd({ job }: StepSequence, { name, outcome, conclusion, durationMs }: StepResult): void {
  if (conclusion === "failure" && job.status === "success") job.status = "failure";
  if (outcome === "skipped") return;
  const header = { run: job.run.id, job: job.name };
  job.run.options.emit({ type: "step-finished", ...header, step: name, conclusion, durationMs });
}

function isWanted(sequence: StepSequence, task: Task, status: Conclusion): boolean {
  const scope = stepScope(sequence);
  return evaluateCondition(task.condition, {
    ...scope,
    functions: [...(scope.functions ?? []), ...stepStatusFunctions(status)],
  });
}

interface Execution {
  outcome: Conclusion;
  /** Whether `continue-on-error` applies. */
  forgiven: boolean;
}

async function execute(
  sequence: StepSequence,
  task: Task,
  name: string,
  outputs: Record<string, string>,
): Promise<Execution> {
  const { job, outer } = sequence;
  const cancelled = cancellation(sequence, task);
  const time = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let forgiven = false;
  let outcome: Conclusion = "success";
  try {
    const ownEnv = { ...outer?.ownEnv, ...evaluateTexts(task.env, stepScope(sequence)) };
    const scope = stepScope(sequence, { ...job.env, ...ownEnv });
    forgiven = task.continueOnError !== undefined && evaluateToken(task.continueOnError, scope) === true;
    const minutes = task.timeoutMinutes && Number(toText(evaluateToken(task.timeoutMinutes, scope)));
    if (minutes) timer = setTimeout(() => endTime(job, time, name, minutes), minutes * 60_000);
    const deadline = outer ? AbortSignal.any([outer.deadline, time.signal]) : time.signal;
    const signal = AbortSignal.any([cancelled.signal, deadline]);
    await executeTask(sequence, task, { name, ownEnv, scope, signal, deadline, outputs });
  } catch (error) {
    outcome = cancelled.signal.aborted || error instanceof StepCancelled ? "cancelled" : "failure";
    const reported = time.signal.aborted || outcome === "cancelled" || error instanceof StepFailed;
    if (!reported) annotateJob(job, { level: "error", message: (error as Error).message });
  } finally {
    clearTimeout(timer);
    cancelled.release();
  }
  return { outcome: time.signal.aborted ? "failure" : outcome, forgiven };
}

/** Aborts when the job is cancelled, and the step with it. */
function cancellation(sequence: StepSequence, task: Task): { signal: AbortSignal; release(): void } {
  const { job } = sequence;
  const cancelled = new AbortController();
  const onCancel = () => {
    job.status = "cancelled";
    // As on GitHub, a step whose condition holds for a cancelled job continues.
    if (!isWanted(sequence, task, "cancelled")) cancelled.abort();
  };
  if (!job.signal.aborted) job.signal.addEventListener("abort", onCancel, { once: true });
  return {
    signal: cancelled.signal,
    release: () => job.signal.removeEventListener("abort", onCancel),
  };
}

function endTime(job: JobState, time: AbortController, name: string, minutes: number): void {
  const message = `The action '${name}' has timed out after ${minutes} minutes.`;
  annotateJob(job, { level: "error", message });
  time.abort();
}

interface StepOwn {
  name: string;
  ownEnv: Record<string, string>;
  scope: Scope;
  signal: AbortSignal;
  deadline: AbortSignal;
  outputs: Record<string, string>;
}

/** Executes a task with its command files, and applies the commands it wrote. Throws as the task does. */
async function executeTask(sequence: StepSequence, task: Task, own: StepOwn): Promise<void> {
  const id = randomUUID();
  const output = join(sequence.job.directory, "steps", id);
  const files = await createCommandFiles(output);
  const directory = join(sequence.job.run.options.directory, runnersOwn, id);
  await mkdir(directory, { recursive: true });
  const step = createRunningStep(sequence, task, own, { directory, output });
  Object.assign(step.environment, files.environment);
  const removed: string[] = [];
  step.write = createWriter(step, removed);
  let leftOut: StepWritings["leftOut"] = [];
  try {
    await task.execute(step);
  } finally {
    ({ leftOut } = keepWritings(step, await files.read()));
  }
  requireUsedOutputs(step, task, leftOut);
  if (removed.length > 0) {
    throw new Error(
      `the workflow command '${removed[0]}' is no longer known; write to the file that GitHub names instead`,
    );
  }
}

function createRunningStep(
  { job, outer, contexts }: StepSequence,
  task: Task,
  { name, ...own }: StepOwn,
  folders: Pick<RunningStep, "directory" | "output">,
): RunningStep {
  const step: RunningStep = {
    ...own,
    key: outer ? `${outer.key}/${task.id}` : task.id,
    shownAs: outer?.shownAs ?? name,
    job,
    environment: {
      ...jobEnvironment(job, contexts),
      ...own.ownEnv,
      ...job.identity,
      GITHUB_ACTION: task.id,
    },
    errors: 0,
    write: () => {},
    annotate(annotation) {
      if (annotation.level === "error") step.errors++;
      annotateJob(job, annotation);
    },
    leaveOut(what, why) {
      const leftOut = { step: step.shownAs, what: job.run.masker.hide(what), why: job.run.masker.hide(why) };
      job.leftOut.push(leftOut);
      job.run.options.emit({ type: "left-out", run: job.run.id, job: job.name, ...leftOut });
      step.write(`skipped by the rehearsal: ${what}. ${why}`);
    },
    ...folders,
  };
  return step;
}

function createWriter(step: RunningStep, removed: string[]): (line: string) => void {
  const read = createCommandReader();
  const { run, name: job } = step.job;
  const log = (line: string) => {
    run.options.emit({ type: "log", run: run.id, job, step: step.shownAs, line: run.masker.hide(line) });
  };
  return (line) => {
    const meaning = read(line);
    if (meaning?.kind === "text") log(meaning.text);
    if (meaning?.kind === "mask") run.masker.add(meaning.value);
    if (meaning?.kind === "annotation") step.annotate(meaning.annotation);
    if (meaning?.kind === "removed") removed.push(meaning.command);
    if (meaning?.kind === "deprecated") keepDeprecated(step, meaning);
  };
}

const deprecation =
  "Please upgrade to using Environment Files. For more information see: https://github.blog/changelog/2022-10-11-github-actions-deprecating-save-state-and-set-output-commands/";

function keepDeprecated(
  step: RunningStep,
  { command, name, value }: Extract<OutputLine, { kind: "deprecated" }>,
): void {
  const { job, key } = step;
  if (command === "set-output") step.outputs[name] = value;
  else job.saved.set(key, { ...job.saved.get(key), [name]: value });
  const message = `The \`${command}\` command is deprecated and will be disabled soon. ${deprecation}`;
  // GitHub repeats it for each line.
  if (!step.job.annotations.some((each) => each.message === message))
    step.annotate({ level: "warning", message });
}

/** Throws if a program that stands in for another has left out its work, and with it an output that is used. */
function requireUsedOutputs(
  { outputs }: RunningStep,
  { outputUses = [] }: Task,
  leftOut: StepWritings["leftOut"],
): void {
  const given = Object.keys(outputs).filter((name) => outputs[name] !== "");
  const missing = outputUses.find(
    ({ output }) => output !== undefined && !given.some((name) => name.toLowerCase() === output),
  );
  if (leftOut.length === 0 || !missing) return;
  const [what] = leftOut.map((each) => `'${each.what}'`);
  throw new Error(
    `The rehearsal skipped ${what}, so this step has not set its output '${missing.output}', which ${missing.place} uses. Fix: write a value in place of the output, or set it in this step`,
  );
}

function keepWritings(step: RunningStep, writings: StepWritings): StepWritings {
  const { job } = step;
  if ("NODE_OPTIONS" in writings.env)
    throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV'");
  for (const { what, why } of writings.leftOut) step.leaveOut(what, why);
  Object.assign(step.outputs, writings.outputs);
  Object.assign(job.env, writings.env);
  job.paths.unshift(...writings.paths.reverse());
  job.saved.set(step.key, { ...job.saved.get(step.key), ...writings.state });
  const kilobytes = Math.ceil(Buffer.byteLength(writings.summary.markdown) / 1024);
  if (kilobytes > mostSummaryKilobytes)
    step.annotate({
      level: "error",
      message: `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${mostSummaryKilobytes}k, got ${kilobytes}k.`,
    });
  else if (writings.summary.markdown) job.summaries.push(mapTexts(writings.summary, job.run.masker.hide));
  return writings;
}

/** GitHub leaves out a longer summary, and the step's result is as before. */
const mostSummaryKilobytes = 1024;
