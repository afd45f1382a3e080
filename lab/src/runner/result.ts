export type Conclusion = "success" | "failure" | "cancelled" | "skipped";

export interface Annotation {
  level: "error" | "warning" | "notice";
  message: string;
  title?: string;
  file?: string;
  line?: string;
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
  /** Milliseconds since this process began. */
  beganAtMs: number;
  durationMs: number;
}

/** The environment that a job deployed to, as GitHub shows it. */
export interface Environment {
  name: string;
  /** Empty when the job states none. */
  url: string;
}

export interface JobResult {
  /** As shown on GitHub: `deploy (customer) / deploy` for a job of a called workflow. */
  name: string;
  /** Undefined for a job that deploys to none. */
  environment?: Environment;
  conclusion: Conclusion;
  outputs: Record<string, string>;
  steps: StepResult[];
  annotations: Annotation[];
  /** Markdown of the job's summary. */
  summary: string;
  permissions: Record<string, string>;
  durationMs: number;
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
      /** Markdown; empty without one. */
      summary: string;
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
