import type { WorkTrees } from "../../load/git.ts";

/** An action performed inside the runner. Throws an Error whose message is the step's error annotation. */
export interface StandIn {
  /** Names of the real action's inputs that are supported; every other one is refused. */
  inputs: readonly string[];
  run(step: StandInStep): Promise<void>;
}

export interface StandInStep {
  /** Returns the given input, trimmed as by the real actions; empty if missing. */
  input(name: string): string;
  /** Returns a boolean input; false if missing. Throws for any other value. */
  flag(name: string): boolean;
  /** The environment of this step's processes. */
  environment: Readonly<Record<string, string>>;
  workspace: string;
  gitDirectory: string;
  workTrees: WorkTrees;
  /** Artifacts of the run, each in a folder with its name. */
  artifactDirectory: string;
  ref: string;
  sha: string;
  permissions: Readonly<Record<string, string>>;
  log(line: string): void;
  warn(message: string): void;
  mask(value: string): void;
  setOutput(name: string, value: string): void;
  /** Sets a variable for this job's later steps. */
  exportVariable(name: string, value: string): void;
  addPath(directory: string): void;
}
