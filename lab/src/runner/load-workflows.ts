import { access } from "node:fs/promises";
import { join } from "node:path";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/index";
import { readReference } from "./action-reference.ts";
import { refuse, WorkflowRefused } from "./errors.ts";
import { loadAction } from "./load-action.ts";
import { loadWorkflow } from "./load-workflow.ts";
import { standIns } from "./stand-ins/stand-ins.ts";
import type { ActionStep, Workflow } from "./workflow.ts";

// GitHub's own limit of nested calls: the started workflow and nine below it.
const deepestCall = 10;

// GitHub's own limit, CompositeActionsMaxDepth in actions/runner.
const deepestComposite = 9;

/** Loads a workflow and all it calls, and checks all their actions, before anything runs. */
export async function loadWorkflows(repository: string, path: string): Promise<Map<string, Workflow>> {
  const loaded = new Map<string, Workflow>();
  await load(repository, path, loaded, 1);
  return loaded;
}

async function load(
  repository: string,
  path: string,
  loaded: Map<string, Workflow>,
  depth: number,
): Promise<void> {
  if (depth > deepestCall)
    throw new WorkflowRefused(`${path}: workflows call each other more than ${deepestCall} deep`);
  const workflow = loaded.get(path) ?? (await loadWorkflow(repository, path));
  loaded.set(path, workflow);
  for (const job of workflow.jobs) {
    if (job.kind === "call") {
      await load(repository, job.workflow, loaded, depth + 1);
      if (!loaded.get(job.workflow)?.events.workflow_call) {
        throw new WorkflowRefused(`${job.place}: '${job.workflow}' has no 'workflow_call' trigger`);
      }
      continue;
    }
    for (const step of job.steps) if (step.kind === "action") await checkAction(repository, step);
  }
}

/** @param depth how many composite actions are around the step */
async function checkAction(repository: string, step: ActionStep, depth = 0): Promise<void> {
  const reference = readReference(step.uses, step.place);
  if (reference.kind === "stand-in") return checkStandIn(step, reference.name);
  const action = await loadAction(repository, reference.path, step.place);
  if (action.kind === "composite") {
    if (depth === deepestComposite)
      throw new WorkflowRefused(
        `${step.place}: composite actions use each other more than ${deepestComposite} deep`,
      );
    for (const inner of action.steps)
      if (inner.kind === "action") await checkAction(repository, inner, depth + 1);
    return;
  }
  await access(join(action.directory, action.runs.main)).catch((cause) => {
    const problem = `'${reference.path}/${action.runs.main}' is not in this commit; build the actions and commit 'dist'`;
    throw new WorkflowRefused(`${step.place}: ${problem}`, { cause });
  });
}

function checkStandIn(step: ActionStep, action: string): void {
  const known = standIns[action]?.inputs ?? [];
  for (const { key } of (step.with as MappingToken | undefined) ?? []) {
    const name = key.toString();
    if (!known.includes(name)) throw refuse(step.place, `the input '${name}' of ${action}`, known);
  }
}
