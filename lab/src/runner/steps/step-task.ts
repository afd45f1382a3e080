import { join, resolve } from "node:path";
import { evaluateTexts, evaluateToken, type Json, toText } from "../expressions/evaluate.ts";
import { annotateJob, type JobState } from "../jobs/job-state.ts";
import { type CompositeAction, findAction, type NodeAction, requiredByAws } from "../load/load-action.ts";
import type { ActionStep, RunDefaults, Step } from "../load/workflow.ts";
import type { StepResult } from "../result.ts";
import { performTask } from "./perform-task.ts";
import { runToSuccess, scriptTask } from "./script-task.ts";
import { runStandIn } from "./stand-ins/run-stand-in.ts";
import {
  inputsOf,
  nameOfActionStep,
  type RunningStep,
  StepCancelled,
  StepFailed,
  type StepSequence,
  stepScope,
  type Task,
  taskAround,
  unknownInputs,
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
  const found = await findAction(step, sources, { ...sources.own, directory: job.workspace });
  if (found.kind === "made") throw new Error(`${step.place}: '${step.uses}' is missing`);
  if (found.kind === "left-out") return running.leaveOut(step.uses, found.why);
  if (found.kind === "stand-in") {
    const later = await runStandIn(running, step.uses, given);
    if (later) posts.push({ ...taskAround(step, "Post"), ...later });
    return;
  }
  const { action, source, path, note } = found;
  if (source.ref !== undefined)
    Object.assign(running.environment, {
      GITHUB_ACTION_REPOSITORY: source.repository,
      GITHUB_ACTION_REF: source.ref,
    });
  if (note) running.write(note);
  const missing = note && requiredByAws[path]?.find((name) => !given[name]);
  if (missing) throw new Error(`Input required and not supplied: ${missing}`);
  const unknown = unknownInputs(action, Object.keys(given));
  if (note && unknown.length > 0) leaveOutInputs(running, unknown, step.uses);
  else if (unknown.length > 0) warnOfUnknownInputs(running, action, unknown);
  const inputs = inputsOf(running, action, given);
  if (action.kind === "composite") return runComposite(running, step, action, inputs, posts);
  const post = postOfNode(step, action, inputs);
  if (post) posts.push(post);
  await runNodeAction(running, action, inputs);
}

function leaveOutInputs(running: RunningStep, inputs: readonly string[], action: string): void {
  const what = `${inputs.length === 1 ? "input" : "inputs"} ${inputs.join(", ")} of ${action}`;
  running.leaveOut(what, "The action that the rehearsal performs in its place has no such input.");
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
    ...taskAround(step, "Post"),
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

/**
 * Returns the tasks that run before the first step: `pre` of each action, and of those inside composite ones. As on
 * GitHub, an action in the workspace has none, since it is not there yet.
 */
export async function preTasks(job: JobState, steps: readonly Step[]): Promise<Task[]> {
  const { sources } = job.run;
  const tasks: Task[] = [];
  for (const step of steps) {
    if (step.kind === "script" || step.uses.startsWith("./")) continue;
    const found = await findAction(step, sources);
    if (found.kind !== "action") continue;
    const { action } = found;
    const inner = action.kind === "composite" ? await preTasks(job, action.steps) : [];
    const entry = action.kind === "node" ? action.runs.pre : undefined;
    if (inner.length === 0 && entry === undefined) continue;
    tasks.push({
      ...taskAround(step, "Pre"),
      condition: (action.kind === "node" && action.runs.preIf) || "always()",
      execute: async (running) => {
        const inputs = inputsOf(running, action, evaluateTexts(step.with, running.scope));
        if (action.kind === "node") return runEntry(running, action, entry as string, inputs);
        return performAround(innerSequence(running, action, inputs), inner);
      },
    });
  }
  return tasks;
}

type Inputs = Record<string, string>;

const recorder = join(import.meta.dirname, "record-loads.cjs");

async function runNodeAction(running: RunningStep, action: NodeAction, inputs: Inputs): Promise<void> {
  const version = action.runs.using.replace("node", "");
  const [current] = process.versions.node.split(".");
  const message = `Actions for Node.js ${version} run on Node.js ${current}, as on GitHub`;
  if (version !== "24" && !running.job.annotations.some((each) => each.message === message))
    annotateJob(running.job, { level: "notice", message });
  await runEntry(running, action, action.runs.main, inputs);
}

/** @param inputs as the action itself got them */
function postOfNode(step: ActionStep, action: NodeAction, inputs: Inputs): Task | undefined {
  const { post, postIf } = action.runs;
  if (!post) return undefined;
  return {
    ...taskAround(step, "Post"),
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
