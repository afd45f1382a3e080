import type { ConcurrencyGroups } from "./concurrency.ts";
import type { Json } from "./evaluate.ts";
import type { Masker } from "./mask.ts";
import type { JobResult } from "./result.ts";
import type { RunnerOptions } from "./runner.ts";
import type { Workflow } from "./workflow.ts";

/** Context shared by all jobs of one run. */
export interface RunContext {
  id: number;
  /** Folder for all output of this run. */
  directory: string;
  /** A checkout of the running commit. */
  commitDirectory: string;
  /** The started workflow and all it calls, by path. */
  workflows: ReadonlyMap<string, Workflow>;
  groups: ConcurrencyGroups;
  options: RunnerOptions;
  masker: Masker;
  github: { [name: string]: Json };
  /** Numbers the folders of jobs. */
  nextJob(): number;
  /** Once set, no step starts any more, whatever its condition. */
  killed: boolean;
  /** The process groups of each running job. */
  processGroups: Set<Set<number>>;
  /** Finished jobs, in the order they finished. */
  jobs: JobResult[];
}

/** Context that one workflow of a run, started or called, gives to its jobs. */
export interface WorkflowScope {
  workflow: Workflow;
  /** `caller / ` before the names of a called workflow's jobs. */
  prefix: string;
  inputs: { [name: string]: Json };
  secrets: Record<string, string>;
  permissions: Record<string, string>;
  signal: AbortSignal;
}
