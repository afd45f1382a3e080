import { globSync } from "node:fs";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import { WorkflowRefused } from "../runner/errors.ts";
import { evaluateToken, type Json, toText } from "../runner/expressions/evaluate.ts";
import { hashFilesFunction, jobStatusFunctions } from "../runner/expressions/functions.ts";
import type { RunnerOptions } from "../runner/jobs/run-context.ts";
import { expandMatrix } from "../runner/jobs/run-matrix.ts";
import { loadAction } from "../runner/load/load-action.ts";
import { loadWorkflow } from "../runner/load/load-workflow.ts";
import { find, pairsOf } from "../runner/load/tokens.ts";
import type { Job, Step, Workflow } from "../runner/load/workflow.ts";
import { valuesOnDisk } from "./values-on-disk.ts";

type Texts = Record<string, string>;
type Contexts = { [name: string]: Json };

/** A step as a run would perform it, as far as the files of the commit decide it. */
export interface FoundStep {
  /** Steps of one job, in their order, share it. */
  readonly job: string;
  /** Reference of an action; empty for a script. */
  readonly uses: string;
  readonly inputs: Texts;
  readonly script: string;
  readonly env: Texts;
}

export interface StepValues {
  readonly secrets: Texts;
  readonly variables: Texts;
  /** Inputs of a manual run. */
  readonly inputs?: Texts;
  /** `owner/name` */
  readonly repository: string;
  /** `….dkr.ecr.….amazonaws.com`, the output of a login. */
  readonly registry: string;
  /** Package that stands for repositories of its name. */
  readonly own?: RunnerOptions["own"];
}

/**
 * Reads the steps of all workflows of a checkout, of the workflows and composite actions that they call in it, and of
 * each combination of a matrix. Whatever only a run knows is empty, and no condition counts.
 */
export async function readSteps(checkout: string, values: StepValues): Promise<FoundStep[]> {
  const files = globSync(".github/workflows/*.{yml,yaml}", { cwd: checkout }).sort();
  const workflows = await loadAll(files.map((file) => [file, checkout, file]));
  const calls = [...workflows.values()].flatMap(({ jobs }) =>
    jobs.flatMap((job) => (job.kind === "call" ? job.workflow : [])),
  );
  const ofOwn = await loadAll(calls.flatMap((name) => ownFile(name, values.own)));
  const all = new Map([...workflows, ...ofOwn]);
  const reader: Reader = { checkout, values, workflows: all, steps: [], called: new Set() };
  const onlyCalled = ({ events }: Workflow) => Object.keys(events).every((name) => name === "workflow_call");
  const inOrder = [...workflows.values()].sort((a, b) => Number(onlyCalled(a)) - Number(onlyCalled(b)));
  for (const workflow of inOrder) {
    if (onlyCalled(workflow) && reader.called.has(workflow.path)) continue;
    for (const inputs of inputsOf(workflow, values.inputs)) await readWorkflow(reader, workflow, { inputs });
  }
  return reader.steps;
}

type NamedFile = readonly [name: string, directory: string, file: string];

/** The file of a called workflow, if the package has it. */
export function ownFile(name: string, own: StepValues["own"]): NamedFile[] {
  const [, repository = "", file = ""] = /^([^/]+\/[^/]+)\/([^@]+)@/.exec(name) ?? [];
  return own?.isOwn(repository) ? [[name, own.directory, file]] : [];
}

interface Reader {
  readonly checkout: string;
  readonly values: StepValues;
  /** By path, as jobs call them. */
  readonly workflows: ReadonlyMap<string, Workflow>;
  readonly steps: FoundStep[];
  /** Paths of the workflows that others call. */
  readonly called: Set<string>;
}

/** A file that GitHub or the runner refuses has no steps here; the run reports its fault. */
const unlessRefused = (error: unknown): undefined => {
  if (!(error instanceof WorkflowRefused)) throw error;
};

async function loadAll(files: readonly NamedFile[]): Promise<Map<string, Workflow>> {
  const workflows = new Map<string, Workflow>();
  for (const [name, directory, file] of files) {
    const workflow = await loadWorkflow({ repository: "", directory }, file).catch(unlessRefused);
    if (workflow) workflows.set(name, workflow);
  }
  return workflows;
}

/** Defaults of a run's inputs, and one more set for each further option of a choice. */
function inputsOf({ events }: Workflow, given: Texts = {}): Contexts[] {
  const declared = { ...events.workflow_call?.inputs, ...events.workflow_dispatch?.inputs };
  const listed = Object.entries(declared).map(([name, input]) => {
    const { options = [], default: fallback } = input as { options?: string[]; default?: Json };
    return { name, options, value: given[name] ?? fallback ?? options[0] ?? "" };
  });
  const base = Object.fromEntries(listed.map(({ name, value }) => [name, value]));
  const others = listed.flatMap(({ name, options, value }) =>
    options.filter((option) => option !== value).map((option) => ({ ...base, [name]: option })),
  );
  return [base, ...others];
}

/** Returns the outputs of a called workflow. */
async function readWorkflow(
  reader: Reader,
  workflow: Workflow,
  { inputs, secrets }: { readonly inputs: Contexts; readonly secrets?: Texts },
  depth = 0,
): Promise<Texts> {
  const { values } = reader;
  const base: Contexts = {
    github: githubOf(values.repository, inputs),
    vars: values.variables,
    secrets: { ...values.secrets, ...secrets },
    ...{ inputs, runner: { os: "Linux", arch: "X64", temp: "/tmp" }, needs: {}, matrix: null, env: {} },
  };
  base.env = textsOf(reader, workflow.env, base);
  const needs: Contexts = {};
  for (const job of workflow.jobs)
    for (const matrix of combinationsOf(reader, job, { ...base, needs })) {
      const contexts = { ...base, needs, matrix };
      const key = `${workflow.path} ${job.id} ${JSON.stringify([matrix, inputs])}`;
      const read =
        job.kind === "steps"
          ? readJob(reader, key, job, contexts)
          : readCall(reader, key, job, contexts, depth);
      needs[job.id] = { outputs: await read };
    }
  return textsIn(reader, workflow.outputs, { jobs: needs });
}

async function readCall(
  reader: Reader,
  key: string,
  job: Job & { kind: "call" },
  contexts: Contexts,
  depth: number,
): Promise<Texts> {
  const inputs = textsOf(reader, job.with, contexts);
  const called = reader.workflows.get(job.workflow);
  if (!called || depth > 9) {
    // The inputs of a workflow elsewhere may name what it deploys, as an action's do.
    reader.steps.push({ job: key, uses: job.workflow, inputs, script: "", env: {} });
    return {};
  }
  reader.called.add(called.path);
  const secrets = job.secrets === "inherit" ? {} : textsOf(reader, job.secrets, contexts);
  return readWorkflow(reader, called, { inputs: { ...inputsOf(called)[0], ...inputs }, secrets }, depth + 1);
}

function githubOf(repository: string, inputs: Contexts): Contexts {
  const [owner = "", name = ""] = repository.split("/");
  const event = { inputs, repository: { name, full_name: repository, default_branch: "main" } };
  const refs = { ref: "refs/heads/main", ref_name: "main", ref_type: "branch", sha: "0".repeat(40) };
  const run = { event_name: "push", actor: owner, run_id: "1", run_number: "1", run_attempt: "1" };
  return { ...{ repository, repository_owner: owner, event, workspace: "" }, ...refs, ...run };
}

async function readJob(
  reader: Reader,
  key: string,
  job: Job & { kind: "steps" },
  contexts: Contexts,
): Promise<Texts> {
  const env = { ...(contexts.env as Texts), ...textsOf(reader, job.env, contexts) };
  const steps: Contexts = {};
  await readAll(reader, key, job.steps, { ...contexts, env, steps });
  return textsOf(reader, job.outputs, { ...contexts, env, steps });
}

/** The contexts `env` and `steps` collect what the steps set. */
async function readAll(
  reader: Reader,
  job: string,
  steps: readonly Step[],
  contexts: Contexts,
  depth = 0,
): Promise<void> {
  const { env: shared, steps: known } = contexts as { env: Texts; steps: Contexts };
  for (const step of steps) {
    const env = { ...shared, ...textsOf(reader, step.env, contexts) };
    const own = { ...contexts, env };
    if (step.kind === "script") {
      const script = textOf(reader, step.script, own);
      reader.steps.push({ job, uses: "", inputs: {}, script, env });
      Object.assign(shared, written(script, "GITHUB_ENV"));
      known[step.id] = { outputs: written(script, "GITHUB_OUTPUT") };
      continue;
    }
    const inputs = textsOf(reader, step.with, own);
    reader.steps.push({ job, uses: step.uses, inputs, script: "", env });
    const local = /^(?:\.|\$)\/(.*)$/.exec(step.uses)?.[1];
    const outputs =
      local === undefined || depth > 9
        ? {}
        : await readLocal(reader, { job, path: local, inputs }, own, depth);
    known[step.id] = { outputs: { ...outputsOf(step.uses, inputs, reader.values), ...outputs } };
  }
}

/** Reads the steps of a composite action of the checkout; returns its outputs. */
async function readLocal(
  reader: Reader,
  { job, path, inputs: given }: { readonly job: string; readonly path: string; readonly inputs: Texts },
  contexts: Contexts,
  depth: number,
): Promise<Texts> {
  const source = { repository: "", directory: reader.checkout };
  const action = await loadAction(source, path, { place: path }).catch(unlessRefused);
  if (action?.kind !== "composite") return {};
  const defaults = action.inputs.map(({ id, default: token }) => [id, token as TemplateToken] as const);
  const inputs = { ...textsIn(reader, defaults, contexts), ...given };
  const inner = { ...contexts, inputs, steps: {} };
  await readAll(reader, job, action.steps, inner, depth + 1);
  const outputs = action.outputs.map(({ id, value }) => [id, value as TemplateToken] as const);
  return textsIn(reader, outputs, inner);
}

/** `NAME=value` that a script appends to one of the runner's files, without values that only the shell knows. */
function written(script: string, file: string): Texts {
  const lines = script.split("\n").filter((line) => line.includes(file));
  const said = lines.map((line) => line.split("echo ").at(-1)?.split(">>")[0]?.replace(/["']/g, "").trim());
  const pairs = said.map((text = "") => /^([\w-]+)=([^$`]*)$/.exec(text)?.slice(1));
  return Object.fromEntries(pairs.filter((pair) => pair !== undefined));
}

/** Outputs that name what a later step deploys. */
function outputsOf(uses: string, inputs: Texts, { registry }: StepValues): Texts {
  if (/ecr-login|log-in-to-ecr/.test(uses)) return { registry };
  const { "task-definition": file = "", appspec = "", repository, image } = inputs;
  if (/render-task-definition/.test(uses)) return { "task-definition": file, appspec };
  return /build-image/.test(uses) ? { image: `${registry}/${repository}:latest` } : image ? { image } : {};
}

function textOf({ checkout }: Reader, token: TemplateToken | undefined, contexts: Contexts): string {
  const functions = [...jobStatusFunctions(new Map(), false), hashFilesFunction(checkout)];
  try {
    return token ? toText(evaluateToken(token, { contexts, functions })) : "";
  } catch {
    return "";
  }
}

const textsIn = (
  reader: Reader,
  tokens: Iterable<readonly [name: string, token: TemplateToken | undefined]>,
  contexts: Contexts,
): Texts => Object.fromEntries([...tokens].map(([name, token]) => [name, textOf(reader, token, contexts)]));

const textsOf = (reader: Reader, token: TemplateToken | undefined, contexts: Contexts): Texts =>
  textsIn(reader, pairsOf(token), contexts);

/**
 * Combinations of a job's matrix. One that only a run knows, such as the changed services, is read from the paths.
 */
function combinationsOf(reader: Reader, job: Job, contexts: Contexts): (Contexts | null)[] {
  const matrix = find(job.strategy, "matrix");
  if (!matrix) return [null];
  try {
    const found = expandMatrix(evaluateToken(matrix, { contexts }), job.place);
    if (found.length > 0) return found;
  } catch {
    // Read from the paths.
  }
  return valuesOnDisk(reader, job);
}
