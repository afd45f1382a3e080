/** An action performed inside the runner. Throws an Error whose message is the step's error annotation. */
export interface StandIn {
  /** Names of the real action's inputs that are performed; every other one is refused. */
  inputs: readonly string[];
  /** Runs the step. A returned function is called after the job's steps have succeeded. */
  run(step: StandInStep): Promise<((step: StandInStep) => Promise<void>) | void>;
}

export interface StandInStep {
  /** Given inputs, trimmed as the real actions do; absent is empty. */
  input(name: string): string;
  /** An input that is true or false; absent is false, anything else is refused. */
  flag(name: string): boolean;
  /** The environment of this step's processes. */
  environment: Readonly<Record<string, string>>;
  workspace: string;
  gitDirectory: string;
  /** Cache of the repository, shared by all runs. */
  cacheDirectory: string;
  /** Artifacts of the run, each in a folder with its name. */
  artifactDirectory: string;
  ref: string;
  sha: string;
  permissions: Readonly<Record<string, string>>;
  log(line: string): void;
  warn(message: string): void;
  mask(value: string): void;
  setOutput(name: string, value: string): void;
  /** For this job's later steps. */
  exportVariable(name: string, value: string): void;
  addPath(directory: string): void;
}
