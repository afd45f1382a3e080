/** An action performed inside the runner. Throws an Error whose message is the step's error annotation. */
export interface StandIn {
  /** Names of the real action's inputs that are performed; every other one is refused. */
  inputs: readonly string[];
  /** What it returns, if anything, is to be done when the job's steps have succeeded. */
  run(step: StandInStep): Promise<((step: StandInStep) => Promise<void>) | void>;
}

export interface StandInStep {
  /** Given inputs, trimmed as the real actions do; absent is empty. */
  input(name: string): string;
  /** An input that is true or false; absent is false, anything else is refused. */
  flag(name: string): boolean;
  /** What a process of this step would find in its environment. */
  environment: Readonly<Record<string, string>>;
  workspace: string;
  gitDirectory: string;
  /** Of the repository, which all runs share. */
  cacheDirectory: string;
  /** Of the run: a folder for each artifact, by its name. */
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
