import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  type CommandFiles,
  createCommandFiles,
  mapTexts,
} from "@ecs-delivery/lab/runner/steps/command-files";
import { runProcess } from "@ecs-delivery/lab/runner/steps/run-process";
import {
  createCommandReader,
  createMasker,
  type Masker,
  type OutputLine,
} from "@ecs-delivery/lab/runner/steps/workflow-commands";
import type { ActionFile } from "./action-file.ts";

export type Outcome = "success" | "failure" | "cancelled";
export type Annotation = Extract<OutputLine, { kind: "annotation" }>["annotation"];

export interface ActionRun {
  readonly action: ActionFile;
  readonly inputs: Readonly<Record<string, string>>;
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
  /** `owner/name`, for the text of a report of a bug. */
  readonly repository: string;
  /** Cancels the action, which may still clean up; its post step runs. */
  readonly cancelled: AbortSignal;
  /** Cancels the post step too. */
  readonly abandoned: AbortSignal;
  readonly onLine: (line: string) => void;
  readonly onAnnotation: (annotation: Annotation) => void;
}

export type ActionResult = Awaited<ReturnType<typeof runAction>>;

/** Runs an action as GitHub's runner does: main, then post, each a process with INPUT_… and files for its output. */
export async function runAction(run: ActionRun) {
  const startedAt = performance.now();
  const entries = run.action.entries;
  if (!entries) throw new Error(`${run.action.name} has no entry`);
  const temporary = await mkdtemp(join(await realpath(tmpdir()), "ecs-delivery-"));
  const step = createStep(run, temporary);
  let outputs: Record<string, string> = {};
  try {
    const main = await step.execute("main", entries.main, run.cancelled);
    outputs = main.outputs;
    let outcome: Outcome = main.code === 0 ? "success" : run.cancelled.aborted ? "cancelled" : "failure";
    const { summary } = main;
    if (entries.post && postRuns(entries.postIf, outcome)) {
      const post = await step.execute("post", entries.post, run.abandoned, main.state);
      summary.markdown += post.summary.markdown;
      summary.parts.push(...post.summary.parts);
      if (post.code !== 0 && outcome === "success") outcome = "failure";
    }
    const { masker, annotations } = step;
    return {
      outcome,
      outputs: mapValues(outputs, masker.hide),
      annotations,
      summary: mapTexts(summary, (text) => masker.hide(inCommandLine(text))),
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    // An output may name a file there, such as the rendered task definition.
    if (!Object.values(outputs).some((value) => value.includes(temporary)))
      await rm(temporary, { recursive: true, force: true });
  }
}

/** @internal @param condition of status functions, such as `cancelled() || failure()` */
export function postRuns(condition: string, outcome: Outcome): boolean {
  return condition.split("||").some((term) => {
    const name = /^(always|success|failure|cancelled)\(\)$/.exec(term.trim())?.[1];
    if (!name) throw new Error(`the condition ${condition} has more than status functions`);
    return name === "always" || name === outcome;
  });
}

function createStep(run: ActionRun, temporary: string) {
  const masker = createMasker();
  const annotations: Annotation[] = [];
  const execute = async (
    phase: string,
    entry: string,
    signal: AbortSignal,
    state: Record<string, string> = {},
  ) => {
    const files = await createCommandFiles(join(temporary, `.${phase}`));
    const code = await runProcess({
      command: process.execPath,
      arguments: [...preload(), resolve(run.action.folder, entry)],
      directory: run.directory,
      environment: environmentOf(run, temporary, files, state),
      onLine: createLineReader(run, masker, annotations),
      signal,
      groups: new Set(),
    });
    return { code, ...(await files.read()) };
  };
  return { masker, annotations, execute };
}

function createLineReader(run: ActionRun, masker: Masker, annotations: Annotation[]): (line: string) => void {
  const read = createCommandReader();
  return (line) => {
    const meaning = read(line);
    if (meaning?.kind === "mask") masker.add(meaning.value);
    if (meaning?.kind === "text") run.onLine(masker.hide(meaning.text));
    if (meaning?.kind === "annotation") {
      const { message, ...place } = meaning.annotation;
      const annotation = { ...place, message: masker.hide(inCommandLine(message)) };
      annotations.push(annotation);
      run.onAnnotation(annotation);
    }
  };
}

const awsLogin = "aws-actions/configure-aws-credentials";
/** Part of the annotation when the action refuses the value of an input, before it does anything. */
export const correctOptions = "correct the options of this command";
/** Texts of the actions about a workflow's step and job, and what they mean here. */
const meanings = [
  ["correct `with:` of this step", correctOptions],
  ["in the job summary", "in the summary"],
  [`run ${awsLogin} before this step, or set`, "choose a profile (AWS_PROFILE), or set"],
  [`the input aws-region of ${awsLogin}`, "choose a profile with a region (AWS_PROFILE)"],
  [/that this job uses \(.*?\)/g, "of the profile (AWS_PROFILE) or of the environment (AWS_ACCESS_KEY_ID …)"],
  [/run th(e|is) job again/g, "run this command again"],
  ["of this job's role", "of this role"],
] as const;

/** Rewrites a text of an action, which speaks of the workflow that it usually runs in. */
export function inCommandLine(text: string): string {
  return meanings.reduce((result, [from, to]) => result.replace(from, to), text);
}

/** Names of the runner's own variables that the caller's environment must not decide. */
const replaced =
  /^(INPUT_|STATE_)|^(GITHUB_(OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)|ECS_DELIVERY_SUMMARY|RUNNER_DEBUG)$/;

function environmentOf(
  run: ActionRun,
  temporary: string,
  files: CommandFiles,
  state: Record<string, string>,
): Record<string, string> {
  const given = Object.entries(run.environment).flatMap(([name, value]): [string, string][] =>
    value === undefined || replaced.test(name) ? [] : [[name, value]],
  );
  const inputs = Object.entries(run.inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase().replaceAll(" ", "_")}`,
    value,
  ]);
  const states = Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]);
  return {
    GITHUB_ACTION_REPOSITORY: run.repository,
    GITHUB_WORKSPACE: run.directory,
    ...Object.fromEntries([...given, ...inputs, ...states]),
    ...files.environment,
    RUNNER_TEMP: temporary,
  };
}

/** The bundles are for Node 24. Older versions lack a few functions. */
function preload(): string[] {
  if (Number(process.versions.node.split(".")[0]) >= 24) return [];
  return ["--import", new URL("./older-node.mjs", import.meta.url).href];
}

function mapValues(values: Record<string, string>, map: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}
