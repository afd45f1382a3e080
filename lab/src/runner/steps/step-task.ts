import { join, resolve } from "node:path";
import { evaluateTexts, evaluateToken, type Json, toText } from "../expressions/evaluate.ts";
import {
  type CompositeAction,
  loadAction,
  type NodeAction,
  readReference,
  sourceOf,
} from "../load/load-action.ts";
import type { ActionStep, RunDefaults, Step } from "../load/workflow.ts";
import type { StepResult } from "../result.ts";
import { performTask } from "./perform-task.ts";
import { runToSuccess, scriptTask } from "./script-task.ts";
import type { StandInStep } from "./stand-ins/stand-in.ts";
import { standIns } from "./stand-ins/stand-ins.ts";
import {
  inputsOf,
  nameOfActionStep,
  postTask,
  type RunningStep,
  StepCancelled,
  StepFailed,
  type StepSequence,
  stepScope,
  type Task,
  warnOfUnknownInputs,
} from "./task.ts";

/** @param defaults of the job and of the workflow, the nearest first; a composite action has none */
export function stepTask(sequence: StepSequence, step: Step, defaults: RunDefaults[] = []): Task {
  return step.kind === "script" ? scriptTask(step, defaults) : actionTask(sequence, step);
}

function actionTask(sequence: StepSequence, step: ActionStep): Task {
  return {
    ...step,
    condition: step.condition.expression,
    name: (scope) => nameOfActionStep(step, scope),
    execute: (running) => runAction(sequence, step, running),
  };
}

async function runAction(
  { job, posts }: StepSequence,
  step: ActionStep,
  running: RunningStep,
): Promise<void> {
  const given = evaluateTexts(step.with, running.scope);
  const { sources } = job.run;
  const reference = readReference(step, sources);
  if (reference.kind === "stand-in") {
    const { inputs = [], run } = standIns[reference.name] ?? {};
    const unknown = Object.keys(given).filter((name) => given[name]?.trim() && !inputs.includes(name));
    if (unknown.length > 0)
      throw new Error(`this runner does not know the inputs ${unknown.join(", ")} of ${reference.name}`);
    return run?.(standInStep(running, given));
  }
  const workspace = { ...sources.own, directory: job.workspace };
  const source = (await sourceOf(step, reference, sources)) ?? workspace;
  if (source.ref !== undefined)
    Object.assign(running.environment, {
      GITHUB_ACTION_REPOSITORY: source.repository,
      GITHUB_ACTION_REF: source.ref,
    });
  const action = await loadAction(source, reference.path, step.place);
  warnOfUnknownInputs(running, action, Object.keys(given));
  const inputs = inputsOf(running, action, given);
  if (action.kind === "composite") return runComposite(running, step, action, inputs, posts);
  const post = postOfNode(step, action, inputs);
  if (post) posts.push(post);
  await runNodeAction(running, action, inputs);
}

/**
 * Runs the steps of a composite action inside the step that uses it, and sets the action's outputs, whether the steps
 * succeed or not.
 * @param posts of the sequence that the step is in; gets one task for all `post`s inside the action
 */
async function runComposite(
  running: RunningStep,
  step: ActionStep,
  action: CompositeAction,
  inputs: Record<string, string>,
  posts: Task[],
): Promise<void> {
  const inner = innerSequence(running, action, inputs);
  for (const each of action.steps) await performTask(inner, stepTask(inner, each));
  if (inner.posts.length > 0) posts.push(postOfComposite(step, inner));
  const scope = stepScope(inner);
  for (const { id, value } of action.outputs) {
    if (value) running.outputs[id] = toText(evaluateToken(value, scope));
  }
  requireSuccess(inner.steps);
}

function postOfComposite(step: ActionStep, inner: StepSequence): Task {
  return {
    ...postTask(step),
    condition: "always()",
    execute: (running) => performAround({ ...inner, outer: running }, inner.posts.toReversed()),
  };
}

async function performAround(sequence: StepSequence, tasks: Task[]): Promise<void> {
  const before = sequence.steps.length;
  for (const task of tasks) await performTask(sequence, task);
  requireSuccess(sequence.steps.slice(before));
}

// Excludes `secrets`, `vars` and `needs`: https://docs.github.com/actions/reference/workflows-and-actions/contexts
const keptContexts = ["matrix", "runner", "strategy"];

function innerSequence(
  running: RunningStep,
  action: CompositeAction,
  inputs: Record<string, string>,
): StepSequence {
  const around = running.scope.contexts;
  const kept = keptContexts.map((name) => [name, around[name] ?? null]);
  const github = { ...(around.github as { [name: string]: Json }), action_path: action.directory };
  const contexts = { ...Object.fromEntries(kept), github, inputs };
  return { job: running.job, contexts, steps: [], posts: [], outer: running };
}

/** The annotations of failed steps have already reported the cause. */
function requireSuccess(steps: StepResult[]): void {
  const cancelled = steps.find((step) => step.conclusion === "cancelled");
  if (cancelled) throw new StepCancelled(`'${cancelled.name}' was cancelled`);
  const failed = steps.find((step) => step.conclusion === "failure");
  if (failed) throw new StepFailed(`'${failed.name}' failed`);
}

type Inputs = Record<string, string>;

const recorder = join(import.meta.dirname, "record-loads.cjs");

async function runNodeAction(running: RunningStep, action: NodeAction, inputs: Inputs): Promise<void> {
  await runEntry(running, action, action.runs.main, inputs);
}

/** @param inputs as the action itself got them */
function postOfNode(step: ActionStep, action: NodeAction, inputs: Inputs): Task | undefined {
  const { post, postIf } = action.runs;
  if (!post) return undefined;
  return {
    ...postTask(step),
    condition: postIf ?? "always()",
    execute: (running) => runEntry(running, action, post, inputs),
  };
}

async function runEntry(
  running: RunningStep,
  action: NodeAction,
  entry: string,
  inputs: Inputs,
): Promise<void> {
  for (const [name, value] of Object.entries(inputs)) {
    running.environment[`INPUT_${name.toUpperCase().replaceAll(" ", "_")}`] = value;
  }
  for (const [name, value] of Object.entries(running.job.saved.get(running.key) ?? {})) {
    running.environment[`STATE_${name}`] = value;
  }
  const { workspace, processes } = running.job;
  const command = [process.execPath, `--require=${recorder}`, resolve(action.directory, entry)];
  await runToSuccess(running, command, workspace, (file) => processes.note(file));
}

/** @param given the step's `with`, evaluated */
function standInStep(running: RunningStep, given: Record<string, string>): StandInStep {
  const { job } = running;
  const github = job.contexts.github as Record<string, string>;
  const input = (name: string) => given[name]?.trim() ?? "";
  return {
    input,
    flag: (name) => readFlag(name, input(name)),
    environment: running.environment,
    workspace: job.workspace,
    gitDirectory: job.run.options.repository.gitDirectory,
    workTrees: job.run.workTrees,
    artifactDirectory: join(job.run.directory, "artifacts"),
    ref: github.ref as string,
    sha: github.sha as string,
    permissions: job.permissions,
    log: running.write,
    warn: (message) => running.annotate({ level: "warning", message }),
    mask: (value) => job.run.masker.add(value),
    setOutput: (name, value) => {
      running.outputs[name] = value;
    },
    exportVariable: (name, value) => {
      job.env[name] = value;
    },
    addPath: (directory) => job.paths.unshift(directory),
  };
}

// The values of YAML 1.2 that getBooleanInput of @actions/core accepts.
function readFlag(name: string, value: string): boolean {
  if (["true", "True", "TRUE"].includes(value)) return true;
  if (["", "false", "False", "FALSE"].includes(value)) return false;
  throw new Error(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}`);
}
