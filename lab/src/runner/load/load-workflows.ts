import { access } from "node:fs/promises";
import { join } from "node:path";
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/index";
import { refuse, WorkflowRefused } from "../errors.ts";
import { standIns } from "../steps/stand-ins/stand-ins.ts";
import { readReference, sourceOf } from "./action-reference.ts";
import { checkCall } from "./check-call.ts";
import { loadAction } from "./load-action.ts";
import { loadWorkflow } from "./load-workflow.ts";
import { defaultPermissions, type Permissions, readPermissions } from "./permissions.ts";
import { nameIn, type Sources } from "./sources.ts";
import type { ActionStep, CallJob, Workflow } from "./workflow.ts";

// GitHub's own limit of nested calls: the started workflow and nine below it.
const deepestCall = 10;

// GitHub's own limit, CompositeActionsMaxDepth in actions/runner.
const deepestComposite = 9;

/** Loads a workflow and all it calls, and checks all their actions, before anything runs. */
export async function loadWorkflows(sources: Sources, path: string): Promise<Map<string, Workflow>> {
  const loaded = new Map([[path, await loadWorkflow(sources.own, path)]]);
  await checkWorkflow(loaded.get(path) as Workflow, {
    sources,
    loaded,
    depth: 1,
    granted: defaultPermissions,
  });
  return loaded;
}

interface Loading {
  sources: Sources;
  /** By path. */
  loaded: Map<string, Workflow>;
  depth: number;
  /** Permissions that the workflow gets from its caller. */
  granted: Permissions;
}

async function checkWorkflow(workflow: Workflow, loading: Loading): Promise<void> {
  const { sources, loaded, depth } = loading;
  if (depth > deepestCall)
    throw new WorkflowRefused(`${workflow.path}: workflows call each other more than ${deepestCall} deep`);
  const own = readPermissions(workflow.permissions, loading.granted);
  for (const job of workflow.jobs) {
    if (job.kind === "call") {
      const called = loaded.get(job.workflow) ?? (await loadCalled(job, sources));
      loaded.set(job.workflow, called);
      const granted = readPermissions(job.permissions, own);
      checkCall(workflow, job, { called, granted });
      await checkWorkflow(called, { sources, loaded, granted, depth: depth + 1 });
      continue;
    }
    for (const step of job.steps) if (step.kind === "action") await checkAction(sources, step);
  }
}

async function loadCalled({ workflow, place }: CallJob, sources: Sources): Promise<Workflow> {
  const [, repository = "", path = "", ref = ""] = /^([^/]+\/[^/]+)\/([^@]+)@(.+)$/.exec(workflow) ?? [];
  if (ref) return loadWorkflow(await sources.open(repository, ref, place), path);
  return loadWorkflow(sources.own, workflow);
}

/** @param depth how many composite actions are around the step */
async function checkAction(sources: Sources, step: ActionStep, depth = 0): Promise<void> {
  const reference = readReference(step, sources);
  if (reference.kind === "stand-in") return checkStandIn(step, reference.name);
  const source = (await sourceOf(step, reference, sources)) ?? sources.own;
  const action = await loadAction(source, reference.path, step.place);
  if (action.kind === "composite") {
    if (depth === deepestComposite)
      throw new WorkflowRefused(
        `${step.place}: composite actions use each other more than ${deepestComposite} deep`,
      );
    for (const inner of action.steps)
      if (inner.kind === "action") await checkAction(sources, inner, depth + 1);
    return;
  }
  await access(join(action.directory, action.runs.main)).catch((cause) => {
    const file = nameIn(source, `${reference.path}/${action.runs.main}`);
    const problem = `'${file}' is not in this commit; build the actions and commit 'dist'`;
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
