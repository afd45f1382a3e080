import { resolve } from "node:path";
import { readReference } from "./action-reference.ts";
import { evaluateTexts, evaluateToken, type Scope, toText } from "./evaluate.ts";
import type { JobState } from "./job-state.ts";
import { loadNodeAction, type NodeAction } from "./load-action.ts";
import { runToSuccess } from "./script-task.ts";
import { standInStep } from "./stand-ins/stand-in-step.ts";
import { standIns } from "./stand-ins/stand-ins.ts";
import type { RunningStep, Task } from "./task.ts";
import type { ActionStep } from "./workflow.ts";

export function actionTask(job: JobState, step: ActionStep): Task {
  return {
    ...step,
    condition: step.condition.expression,
    name: (scope) => nameOf(step, scope),
    async execute(running) {
      const given = evaluateTexts(step.with, running.scope);
      const reference = readReference(step.uses, step.place);
      if (reference.kind === "stand-in") {
        await standIns[reference.name]?.run(standInStep(running, given));
        return;
      }
      const checkout = reference.kind === "commit" ? job.run.commitDirectory : job.workspace;
      const action = await loadNodeAction(checkout, reference.path, step.place);
      warnOfUnknownInputs(running, action, given);
      const inputs = inputsOf(running, action, given);
      if (action.runs.post) job.posts.push(postTask(step, action, inputs));
      await runEntry(running, action, action.runs.main, inputs);
    },
  };
}

/** The `pre` of an action of the running commit; GitHub performs none of an action of the workspace. */
export async function preTask(job: JobState, step: ActionStep): Promise<Task | undefined> {
  const reference = readReference(step.uses, step.place);
  if (reference.kind !== "commit") return undefined;
  const action = await loadNodeAction(job.run.commitDirectory, reference.path, step.place);
  const { pre, preIf } = action.runs;
  if (!pre) return undefined;
  return {
    id: step.id,
    post: true,
    condition: preIf ?? "always()",
    env: step.env,
    name: (scope) => `Pre ${nameOf(step, scope)}`,
    execute: (running) => {
      const inputs = inputsOf(running, action, evaluateTexts(step.with, running.scope));
      return runEntry(running, action, pre, inputs);
    },
  };
}

function postTask(step: ActionStep, action: NodeAction, inputs: Record<string, string>): Task {
  return {
    id: step.id,
    post: true,
    condition: action.runs.postIf ?? "always()",
    env: step.env,
    name: (scope) => `Post ${nameOf(step, scope)}`,
    execute: (running) => runEntry(running, action, action.runs.post as string, inputs),
  };
}

function nameOf(step: ActionStep, scope: Scope): string {
  return step.name ? toText(evaluateToken(step.name, scope)) : `Run ${step.uses}`;
}

async function runEntry(
  running: RunningStep,
  action: NodeAction,
  entry: string,
  inputs: Record<string, string>,
): Promise<void> {
  Object.assign(running.environment, inputs);
  for (const [name, value] of Object.entries(running.job.saved.get(running.id) ?? {})) {
    running.environment[`STATE_${name}`] = value;
  }
  await runToSuccess(running, [process.execPath, resolve(action.directory, entry)], running.job.workspace);
}

/** The `INPUT_…` variables: what the step gives, else the action's defaults. */
function inputsOf(
  running: RunningStep,
  action: NodeAction,
  given: Record<string, string>,
): Record<string, string> {
  const { github, runner } = running.scope.contexts;
  const scope = { contexts: { github: github ?? null, runner: runner ?? null } };
  const values = new Map<string, string>();
  for (const input of action.inputs) {
    values.set(input.id.toUpperCase(), input.default ? toText(evaluateToken(input.default, scope)) : "");
  }
  for (const [name, value] of Object.entries(given)) values.set(name.toUpperCase(), value);
  return Object.fromEntries(
    [...values].map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_")}`, value]),
  );
}

/** As GitHub does: an input the action does not declare is told, and given all the same. */
function warnOfUnknownInputs(running: RunningStep, action: NodeAction, given: Record<string, string>): void {
  const known = action.inputs.map((input) => input.id);
  const unknown = Object.keys(given).filter(
    (name) => !known.some((id) => id.toLowerCase() === name.toLowerCase()),
  );
  if (unknown.length > 0) {
    const message = `Unexpected input(s) '${unknown.join("', '")}', valid inputs are ['${known.join("', '")}']`;
    running.annotate({ level: "warning", message });
  }
}
