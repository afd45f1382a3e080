import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Scope } from "../expressions/evaluate.ts";
import { annotateJob, jobEnvironment } from "../jobs/job-state.ts";
import { createCommandFiles, type StepWritings } from "./command-files.ts";
import type { StepSequence } from "./step-sequence.ts";
import type { RunningStep, Task } from "./task.ts";
import { createCommandReader } from "./workflow-commands.ts";

interface StepOwn {
  name: string;
  ownEnv: Record<string, string>;
  scope: Scope;
  signal: AbortSignal;
  deadline: AbortSignal;
  outputs: Record<string, string>;
}

/** Executes a task with its command files, and applies the commands it wrote. Throws as the task does. */
export async function executeTask(sequence: StepSequence, task: Task, own: StepOwn): Promise<void> {
  const directory = join(sequence.job.directory, "steps", randomUUID());
  const files = await createCommandFiles(directory);
  const step = createRunningStep(sequence, task, own, directory);
  Object.assign(step.environment, files.environment);
  const removed: string[] = [];
  step.write = createWriter(step, removed);
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

function createRunningStep(
  { job, outer, contexts }: StepSequence,
  task: Task,
  { name, ...own }: StepOwn,
  directory: string,
): RunningStep {
  const step: RunningStep = {
    ...own,
    key: outer ? `${outer.key}/${task.id}` : task.id,
    shownAs: outer?.shownAs ?? name,
    job,
    environment: { ...jobEnvironment(job, contexts), ...own.ownEnv, GITHUB_ACTION: task.id },
    errors: 0,
    write: () => {},
    annotate(annotation) {
      if (annotation.level === "error") step.errors++;
      annotateJob(job, annotation);
    },
    directory,
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
  };
}

function keepWritings(step: RunningStep, writings: StepWritings): void {
  const { job } = step;
  if ("NODE_OPTIONS" in writings.env)
    throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV'");
  Object.assign(step.outputs, writings.outputs);
  Object.assign(job.env, writings.env);
  job.paths.unshift(...writings.paths.reverse());
  job.saved.set(step.key, { ...job.saved.get(step.key), ...writings.state });
  if (writings.summary) job.summaries.push(job.run.masker.hide(writings.summary));
}
