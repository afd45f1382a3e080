import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { evaluateTexts, type Json } from "../expressions/evaluate.ts";
import type { StepsJob } from "../load/workflow.ts";
import type { Annotation, Conclusion, LeftOut } from "../result.ts";
import type { StepSummary } from "../steps/command-files.ts";
import { githubVariables, variablesOf } from "./github-context.ts";
import { JobProcesses } from "./job-processes.ts";
import type { RunContext, WorkflowScope } from "./run-context.ts";
import { identityVariables } from "./token-issuer.ts";

/** State of a running job, updated as its steps run. */
export interface JobState extends JobPlacement {
  workspace: string;
  /** For files of single steps; `RUNNER_TEMP` is in it. */
  directory: string;
  env: Record<string, string>;
  /** Folders added before PATH, the newest first. */
  paths: string[];
  status: Conclusion;
  annotations: Annotation[];
  leftOut: LeftOut[];
  summaries: StepSummary[];
  /** Process groups that steps started and that still have processes. */
  groups: Set<number>;
  processes: JobProcesses;
  /** Variables of the endpoint for identity tokens; empty without `id-token: write`. */
  identity: Record<string, string>;
  /** Values that steps wrote to GITHUB_STATE, by the steps' keys. */
  saved: Map<string, Record<string, string>>;
}

export interface JobPlacement {
  run: RunContext;
  scope: WorkflowScope;
  definition: StepsJob;
  name: string;
  /** `needs`, `matrix`, `strategy` */
  contexts: { [name: string]: Json };
  permissions: Record<string, string>;
  signal: AbortSignal;
}

export async function createJobState(placement: JobPlacement, index: number): Promise<JobState> {
  const { run, scope, definition } = placement;
  const repository = run.options.repository.name.split("/")[1] as string;
  const directory = join(run.directory, `job-${index}`);
  const workspace = join(directory, repository, repository);
  const temporary = join(directory, "temp");
  // Fails where a step of another job has made a folder or a link of this name.
  await mkdir(directory);
  const own = ["home", "tmp"].map((name) => join(directory, name));
  await Promise.all([workspace, temporary, ...own].map((each) => mkdir(each, { recursive: true })));
  await writeFile(join(directory, "event.json"), JSON.stringify(run.github.event), { flag: "wx" });
  const contexts: { [name: string]: Json } = {
    ...placement.contexts,
    github: { ...run.github, job: definition.id, workspace, event_path: join(directory, "event.json") },
    inputs: scope.inputs,
    runner: {
      arch: "X64",
      environment: "self-hosted",
      name: "rehearsal",
      os: "Linux",
      temp: temporary,
      tool_cache: temporary,
    },
    secrets: secretsOf(run, scope),
    vars: run.options.vars,
  };
  const workflowEnv = evaluateTexts(scope.workflow.env, { contexts });
  const env = {
    ...workflowEnv,
    ...evaluateTexts(definition.env, { contexts: { ...contexts, env: workflowEnv } }),
  };
  return {
    ...placement,
    contexts,
    workspace,
    directory,
    env,
    paths: [],
    status: "success",
    annotations: [],
    leftOut: [],
    summaries: [],
    saved: new Map(),
    groups: new Set(),
    processes: new JobProcesses(directory),
    identity: {},
  };
}

/** Each workflow has the run's token as a secret, whatever it is given. */
export const secretsOf = ({ github }: RunContext, { secrets }: WorkflowScope): { [name: string]: Json } => ({
  GITHUB_TOKEN: github.token ?? "",
  ...secrets,
});

/**
 * The environment that every process of the job inherits.
 * @param contexts of the step: inside a composite action, `github` has the action's path as well
 */
export function jobEnvironment(
  job: JobState,
  contexts: { [name: string]: Json } = job.contexts,
): Record<string, string> {
  const { environment, jobFolder } = job.run.options;
  const isOfJob = (value: string) => jobFolder !== undefined && value.startsWith(`${jobFolder}/`);
  const given = Object.entries(environment).map(([name, value]) => [
    name,
    isOfJob(value) ? job.directory + value.slice(jobFolder?.length) : value,
  ]);
  // The runner itself may be in a job.
  const machine = Object.fromEntries(
    given.filter(([name]) => !identityVariables.some((each) => each === name)),
  );
  const github = contexts.github as { [name: string]: Json };
  const runner = job.contexts.runner as { [name: string]: Json };
  return {
    ...machine,
    ...githubVariables(github),
    ...variablesOf("RUNNER", runner),
    CI: "true",
    GITHUB_ACTIONS: "true",
    RUNNER_TRACKING_ID: job.processes.trackingId,
    ...job.env,
    PATH: [...job.paths, job.env.PATH ?? machine.PATH ?? ""].join(":"),
  };
}

export function annotateJob(job: JobState, annotation: Annotation): void {
  const hidden = { ...annotation, message: job.run.masker.hide(annotation.message) };
  job.annotations.push(hidden);
  job.run.options.emit({ type: "annotation", run: job.run.id, job: job.name, annotation: hidden });
}
