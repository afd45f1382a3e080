import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token";
import type { Scope } from "./evaluate.ts";
import type { JobState } from "./job-state.ts";
import type { Annotation } from "./result.ts";

/** A step of a job, or the `pre` or `post` of one. */
export interface Task {
  id: string;
  name(scope: Scope): string;
  /** With its status function. */
  condition: string;
  env?: TemplateToken;
  timeoutMinutes?: TemplateToken;
  continueOnError?: TemplateToken;
  /** Set for what is not a step of the file. */
  post?: boolean;
  /** Throws an Error whose message becomes the annotation, or StepFailed when there is one already. */
  execute(step: RunningStep): Promise<void>;
}

export interface RunningStep {
  id: string;
  job: JobState;
  scope: Scope;
  /** Of the step's own processes. */
  environment: Record<string, string>;
  signal: AbortSignal;
  outputs: Record<string, string>;
  /** Error annotations so far. */
  errors: number;
  /** A line of output; commands in it are performed. */
  write(line: string): void;
  annotate(annotation: Annotation): void;
  /** Where the step may write files of its own. */
  directory: string;
}

/** A failure that an annotation has told already. */
export class StepFailed extends Error {
  override name = "StepFailed";
}
