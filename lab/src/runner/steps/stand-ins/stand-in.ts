import type { WorkTrees } from "../../load/git.ts";

/** An action performed inside the runner. Throws an Error whose message is the step's error annotation. */
export interface StandIn {
  /** Names of the real action's inputs, except those left out; others get GitHub's warning. Without it, all are known. */
  inputs?: string;
  /** Inputs that are not performed, which the step says if one is given. */
  leftOut?: string;
  /** Returns what to do after the steps of the job. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most of them do nothing later.
  run(step: StandInStep): Promise<Later | void>;
}

interface Later {
  /** "always()" by default. */
  condition?: string;
  execute(step: StandInStep): Promise<void>;
}

export interface StandInStep {
  /** Returns the given input, trimmed as by the real actions; empty if missing. */
  input(name: string): string;
  /** Returns a boolean input; false if missing. Throws for any other value. */
  flag(name: string): boolean;
  /** Branch, tag or commit of the action, in the step's `uses`. */
  release: string;
  /** The environment of this step's processes. */
  environment: Readonly<Record<string, string>>;
  workspace: string;
  gitDirectory: string;
  workTrees: WorkTrees;
  /** Artifacts of the run, each in a folder with its name. */
  artifactDirectory: string;
  /** Caches of all runs. */
  cacheDirectory: string;
  /** For what the runner writes for the step alone: its processes read it. */
  directory: string;
  /** For what its processes write. */
  output: string;
  /** Values that the stand-ins of a job keep for each other. */
  shared: Record<string, string>;
  ref: string;
  sha: string;
  permissions: Readonly<Record<string, string>>;
  /** Runs a process, found through the step's PATH, as a step of the file would. */
  run(command: readonly string[], options?: ProcessOptions): Promise<Ended>;
  /** Returns the trimmed text of a file that the step can read, as its processes do: links lead nowhere else. */
  read(path: string): Promise<string | undefined>;
  /** Returns the file of a program in the step's PATH. */
  find(program: string): string | undefined;
  log(line: string): void;
  warn(message: string): void;
  leaveOut(what: string, why: string): void;
  mask(value: string): void;
  setOutput(name: string, value: string): void;
  /** Sets a variable for this job's later steps. */
  exportVariable(name: string, value: string): void;
  addPath(directory: string): void;
}

export interface ProcessOptions {
  /** Its standard input. */
  input?: string;
  /** Whether its output stays out of the log. */
  quiet?: boolean;
  /** Whether the machine's program runs, in its environment, whatever steps put into theirs. */
  isMachines?: boolean;
  directory?: string;
  environment?: Readonly<Record<string, string>>;
}

export interface Ended {
  /** 127 if the program does not exist, as in a shell. */
  code: number;
  /** Lines that it wrote, trimmed. */
  output: string;
}
