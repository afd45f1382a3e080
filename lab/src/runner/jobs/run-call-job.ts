import type { InputConfig } from "@actions/workflow-parser/model/workflow-template";
import { refuse, WorkflowRefused } from "../errors.ts";
import { evaluateTexts, evaluateToken, type Json, toText } from "../expressions/evaluate.ts";
import { type CallJob, readPermissions, type Workflow } from "../load/workflow.ts";
import type { JobOutcome } from "../result.ts";
import { concurrencyOf } from "./concurrency.ts";
import { secretsOf } from "./job-state.ts";
import type { RunContext, WorkflowScope } from "./run-context.ts";
import { runJobs } from "./run-jobs.ts";

interface Call {
  name: string;
  contexts: { [name: string]: Json };
}

/** Runs the workflow that a job calls; its `workflow_call` outputs become the job's. */
export async function runCallJob(
  run: RunContext,
  scope: WorkflowScope,
  job: CallJob,
  { name, contexts }: Call,
): Promise<JobOutcome> {
  const workflow = run.workflows.get(job.workflow);
  if (!workflow) throw new Error(`${job.workflow} was not loaded`);
  const callScope = { contexts: { ...contexts, secrets: secretsOf(run, scope) } };
  const inputs = readInputs(job, workflow, job.with ? evaluateToken(job.with, callScope) : {});
  const secrets = job.secrets === "inherit" ? scope.secrets : evaluateTexts(job.secrets, callScope);
  checkSecrets(job, workflow, secrets);
  const cancelled = new AbortController();
  const called: WorkflowScope = {
    workflow,
    prefix: `${name} / `,
    inputs,
    secrets,
    permissions: readPermissions(workflow.permissions, scope.permissions),
    signal: AbortSignal.any([scope.signal, cancelled.signal]),
  };
  const shared = { github: run.github, inputs, vars: run.options.vars };
  const request = concurrencyOf(workflow.concurrency, { contexts: shared });
  const turn = { cancel: () => cancelled.abort(), signal: scope.signal };
  const outcome = await run.groups.runInTurn(request, turn, () => runJobs(run, called));
  if (!outcome) return { conclusion: "cancelled", outputs: {} };
  const jobs = [...outcome.jobs].map(([id, { conclusion, outputs }]) => [
    id,
    { result: conclusion, outputs },
  ]);
  const outputScope = { contexts: { ...shared, jobs: Object.fromEntries(jobs) } };
  const outputs = [...workflow.outputs].map(([id, token]) => [id, toText(evaluateToken(token, outputScope))]);
  return { conclusion: outcome.conclusion, outputs: Object.fromEntries(outputs) };
}

function readInputs(job: CallJob, workflow: Workflow, given: Json): { [name: string]: Json } {
  const known = (workflow.events.workflow_call?.inputs ?? {}) as Record<string, InputConfig>;
  const values = given as { [name: string]: Json };
  for (const name of Object.keys(values)) {
    if (!known[name]) throw refuse(job.place, `the input '${name}' of ${workflow.path}`, Object.keys(known));
  }
  return Object.fromEntries(
    Object.entries(known).map(([name, input]) => [name, readInput(job, workflow, name, input, values[name])]),
  );
}

const empty: Record<string, Json> = { boolean: false, number: 0, string: "" };

function readInput(
  job: CallJob,
  workflow: Workflow,
  name: string,
  input: InputConfig,
  given: Json | undefined,
): Json {
  const type = String(input.type);
  if (given === undefined) {
    if (input.required)
      throw new WorkflowRefused(`${job.place}: ${workflow.path} requires the input '${name}'`);
    return scalar(input.default) ?? empty[type] ?? "";
  }
  // For example, an output that was never set.
  if (given === null && type === "string") return "";
  if (typeof given !== type && !(type === "string" && typeof given !== "object")) {
    throw new WorkflowRefused(`${job.place}: the input '${name}' of ${workflow.path} must be a ${type}`);
  }
  return type === "string" ? toText(given) : given;
}

function scalar(value: unknown): Json | undefined {
  if (value !== null && typeof value === "object" && "value" in value) return value.value as Json;
  return value as Json | undefined;
}

function checkSecrets(job: CallJob, workflow: Workflow, given: Record<string, string>): void {
  const known = workflow.events.workflow_call?.secrets ?? {};
  for (const [name, secret] of Object.entries(known)) {
    if (secret.required && !(name in given)) {
      throw new WorkflowRefused(`${job.place}: ${workflow.path} requires the secret '${name}'`);
    }
  }
  if (job.secrets === "inherit") return;
  for (const name of Object.keys(given)) {
    if (!known[name]) throw refuse(job.place, `the secret '${name}' of ${workflow.path}`, Object.keys(known));
  }
}
