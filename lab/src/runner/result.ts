import type { Part } from "@ecs-delivery/actions/core/card";

export type Conclusion = "success" | "failure" | "cancelled" | "skipped";

export interface Annotation {
  level: "error" | "warning" | "notice";
  message: string;
  title?: string;
  file?: string;
  line?: string;
}

/** Work that a rehearsal did not do, so that its green does not speak about it. */
export interface LeftOut {
  /** Name of the step. */
  step: string;
  /** `npm publish`, `slackapi/slack-github-action@v2`, `permissions of arn:aws:iam::…` */
  what: string;
  /** A sentence. */
  why: string;
}

export interface StepResult {
  /** Set for the post step of an earlier step, which no `steps` context shows. */
  post?: boolean;
  id: string;
  name: string;
  /** After `continue-on-error`. */
  conclusion: Conclusion;
  /** Before `continue-on-error`. */
  outcome: Conclusion;
  outputs: Record<string, string>;
  durationMs: number;
}

export interface JobResult {
  /** As shown on GitHub: `deploy (customer) / deploy` for a job of a called workflow. */
  name: string;
  conclusion: Conclusion;
  outputs: Record<string, string>;
  steps: StepResult[];
  annotations: Annotation[];
  leftOut: LeftOut[];
  /** Markdown of the job's summary. */
  summary: string;
  permissions: Record<string, string>;
  /**
   * Files that the job executed, relative to the folder of all runs or absolute, sorted: programs and scripts that the
   * runner started, files that actions loaded, and child processes that ran long enough to be seen. Not known: shorter
   * child processes, files that scripts or child processes load, and text that a program evaluates.
   */
  executed: string[];
  durationMs: number;
}

const installed = /^\/(usr|bin|sbin|lib\w*|opt|nix)\//;
const ofAction = /^(runner\/run-\d+\/commit|sources\/[0-9a-f]{40})\//;
const script = /^runner\/[^/]+\/script\.sh$/;

/**
 * Returns the executed files of a job that are neither of an action that GitHub downloads, nor the text of a step, nor
 * installed on the machine: code of the repository, as checked out, built or downloaded by the job.
 */
export function codeOfJob({ executed }: Pick<JobResult, "executed">): string[] {
  const known = (file: string) => [installed, ofAction, script].some((pattern) => pattern.test(file));
  return executed.filter((file) => !known(file) && file !== process.execPath);
}

export interface RunResult {
  id: number;
  workflow: string;
  event: string;
  sha: string;
  conclusion: Conclusion;
  jobs: JobResult[];
  durationMs: number;
}

export type RunEvent =
  | { type: "run-started"; run: number; workflow: string; event: string; sha: string }
  | { type: "job-started"; run: number; job: string }
  | { type: "step-started"; run: number; job: string; step: string }
  | { type: "log"; run: number; job: string; step: string; line: string }
  | { type: "annotation"; run: number; job: string; annotation: Annotation }
  | ({ type: "left-out"; run: number; job: string } & LeftOut)
  | {
      type: "step-finished";
      run: number;
      job: string;
      step: string;
      conclusion: Conclusion;
      durationMs: number;
    }
  | {
      type: "job-finished";
      run: number;
      job: string;
      conclusion: Conclusion;
      durationMs: number;
      summary: readonly Part[];
    }
  | { type: "run-finished"; run: number; workflow: string; conclusion: Conclusion; durationMs: number };

export type Emit = (event: RunEvent) => void;

/** How a job of a workflow ended, all its matrix combinations together. */
export interface JobOutcome {
  conclusion: Conclusion;
  outputs: Record<string, string>;
}

export function combine(conclusions: Conclusion[], signal?: AbortSignal): Conclusion {
  if (conclusions.includes("failure")) return "failure";
  if (signal?.aborted || conclusions.includes("cancelled")) return "cancelled";
  return conclusions.every((each) => each === "skipped") ? "skipped" : "success";
}
