import { resolve } from "node:path";
import { evaluateTexts } from "../expressions/evaluate.ts";
import type { NodeAction } from "../load/load-action.ts";
import type { ActionStep } from "../load/workflow.ts";
import { inputsOf } from "./action-inputs.ts";
import { runToSuccess } from "./script-task.ts";
import { prePostTask, type RunningStep, type Task } from "./task.ts";

type Inputs = Record<string, string>;

export async function runNodeAction(running: RunningStep, action: NodeAction, inputs: Inputs): Promise<void> {
  await runEntry(running, action, action.runs.main, inputs);
}

export function preOfNode(step: ActionStep, action: NodeAction): Task | undefined {
  const { pre, preIf } = action.runs;
  if (!pre) return undefined;
  return {
    ...prePostTask(step, "Pre"),
    condition: preIf ?? "always()",
    execute: (running) => {
      const inputs = inputsOf(running, action, evaluateTexts(step.with, running.scope));
      return runEntry(running, action, pre, inputs);
    },
  };
}

/** @param inputs as the action itself got them */
export function postOfNode(step: ActionStep, action: NodeAction, inputs: Inputs): Task | undefined {
  const { post, postIf } = action.runs;
  if (!post) return undefined;
  return {
    ...prePostTask(step, "Post"),
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
  await runToSuccess(running, [process.execPath, resolve(action.directory, entry)], running.job.workspace);
}
