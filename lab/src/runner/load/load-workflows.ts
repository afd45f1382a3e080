import { access } from "node:fs/promises";
import { join, posix } from "node:path";
import { WorkflowRefused } from "../errors.ts";
import { findAction } from "./load-action.ts";
import { loadWorkflow } from "./load-workflow.ts";
import { nameIn, type Sources } from "./sources.ts";
import {
  type ActionStep,
  type CallJob,
  type Permissions,
  permissionLevel,
  readPermissions,
  type Workflow,
} from "./workflow.ts";

// GitHub's own limit of nested calls: the started workflow and nine below it.
const deepestCall = 10;

// GitHub's own limit, CompositeActionsMaxDepth in actions/runner.
const deepestComposite = 9;

/** Loads a workflow and all it calls, and checks all their actions, before anything runs. */
export async function loadWorkflows(
  sources: Sources,
  path: string,
  granted: Permissions,
): Promise<Map<string, Workflow>> {
  const loaded = new Map([[path, await loadWorkflow(sources.own, path)]]);
  await checkWorkflow(loaded.get(path) as Workflow, {
    sources,
    loaded,
    depth: 1,
    granted,
  });
  return loaded;
}

interface Loading {
  sources: Sources;
  /** By path. */
  loaded: Map<string, Workflow>;
  depth: number;
  /** Permissions that the workflow gets from its caller, or by default. */
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
  const found = await findAction(step, sources);
  if (found.kind !== "action") return;
  const { action, source, path } = found;
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
    const file = nameIn(source, posix.join(path, action.runs.main));
    const problem = `'${file}' is not in this commit; build the actions and commit 'dist'`;
    throw new WorkflowRefused(`${step.place}: ${problem}`, { cause });
  });
}

interface Call {
  called: Workflow;
  /** Permissions of the calling job. */
  granted: Permissions;
}

/** Throws WorkflowRefused for a call that GitHub refuses before anything runs. */
function checkCall(caller: Workflow, job: CallJob, call: Call): void {
  if (!call.called.events.workflow_call)
    throw new WorkflowRefused(`${job.place}: '${job.workflow}' has no 'workflow_call' trigger`);
  checkInheritance(caller, job, call.called);
  checkPermissions(job, call);
}

/** https://docs.github.com/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow */
function checkInheritance(caller: Workflow, job: CallJob, called: Workflow): void {
  const [from, to] = [caller, called].map(({ source }) => source.repository.split("/")[0]?.toLowerCase());
  if (job.secrets !== "inherit" || from === to) return;
  const problem = `'secrets: inherit' works between repositories of one owner only; '${called.path}' is of '${to}'`;
  throw new WorkflowRefused(`${job.place}: ${problem}. Fix: list the secrets by name`);
}

/** A called workflow cannot get more than the job that calls it. The message begins as GitHub's. */
function checkPermissions(job: CallJob, { called, granted }: Call): void {
  const own = readPermissions(called.permissions, granted);
  for (const nested of called.jobs) {
    const requested = readPermissions(nested.permissions, own);
    for (const name of Object.keys(requested)) {
      const [wanted, allowed] = [requested, granted].map((each) => permissionLevel(each, name));
      if (levels.indexOf(wanted as string) <= levels.indexOf(allowed as string)) continue;
      const problem = `The nested job '${nested.id}' is requesting '${name}: ${wanted}', but is only allowed '${name}: ${allowed}'`;
      throw new WorkflowRefused(
        `${job.place}: Error calling workflow '${called.path}'. ${problem}. Fix: add '${name}: ${wanted}' to the permissions of the job '${job.id}'`,
      );
    }
  }
}

const levels = ["none", "read", "write"];
