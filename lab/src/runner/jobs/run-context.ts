import type { Json } from "../expressions/evaluate.ts";
import type { WorkTrees } from "../load/git.ts";
import type { SourceOptions, Sources } from "../load/sources.ts";
import type { Workflow } from "../load/workflow.ts";
import type { Emit, JobResult } from "../result.ts";
import type { Masker } from "../steps/workflow-commands.ts";
import type { ConcurrencyGroups } from "./concurrency.ts";
import type { IdentityServer } from "./identity-server.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface StepProcess {
  command: readonly string[];
  directory: string;
  environment: Record<string, string>;
}

/** Folder, in that of all runs, of what the runner writes and executes itself. Steps must not write there. */
export const runnersOwn = "runner";

export interface RunnerOptions extends SourceOptions {
  repository: {
    /** `owner/name` */
    name: string;
    /** A bare git repository. */
    gitDirectory: string;
    fork?: boolean;
  };
  /** A GitHub for the actions to call, and its token; none by default. */
  github?: { apiUrl: string; token: string } | undefined;
  /** Permissions of a workflow that states none, as in the repository's settings; "read" by default. */
  defaultPermissions?: "read" | "write" | undefined;
  /** Changes how each process of a step is started, such as to run it in a sandbox. */
  wrap?: ((process: StepProcess) => StepProcess) | undefined;
  /** The environment of the runner's machine, which every step inherits. */
  environment: Record<string, string>;
  /** Folder in `environment` that stands for one of the job, with empty folders `home` and `tmp`; by default none. */
  jobFolder?: string | undefined;
  secrets: Record<string, string>;
  /** Signs the jobs' identity tokens; by default with a key that nobody else knows. */
  issuer?: TokenIssuer | undefined;
  /** Serves the jobs' identity tokens; by default, each job has a server of its own. */
  identity?: IdentityServer;
  /** Read when a run starts; later changes apply to later runs. */
  vars: Record<string, string>;
  emit: Emit;
}

export interface PushEvent {
  name: "push";
  /** With `isTag`, the name of a tag. */
  branch: string;
  isTag?: boolean;
  /** Forty zeros for one that is new. */
  before: string;
  after: string;
}

interface DispatchEvent {
  name: "workflow_dispatch";
  branch: string;
  sha: string;
  inputs: Record<string, string>;
}

/** A pull request that was opened or changed. */
interface PullRequestEvent {
  name: "pull_request";
  number: number;
  /** Branch that it is to be merged into. */
  base: string;
  baseSha: string;
  /** Branch with the change. */
  head: string;
  headSha: string;
  /** `owner/name` of the fork with that branch; by default it is in this repository. */
  fork?: string;
  /** The merge of both, which is the commit of the run. */
  sha: string;
}

/** A release that is published. */
interface ReleaseEvent {
  name: "release";
  tag: string;
  sha: string;
}

/** A deployment that another system created through GitHub's API. */
interface DeploymentEvent {
  name: "deployment";
  branch: string;
  sha: string;
  environment: string;
  payload?: Json;
}

/** An event of another system, through GitHub's API. */
interface RepositoryDispatchEvent {
  name: "repository_dispatch";
  /** The default branch. */
  branch: string;
  sha: string;
  /** `event_type` of the request. */
  type: string;
  payload?: Json;
}

export type WorkflowEvent =
  | PushEvent
  | PullRequestEvent
  | DispatchEvent
  | ReleaseEvent
  | DeploymentEvent
  | RepositoryDispatchEvent;

/** Context shared by all jobs of one run. */
export interface RunContext {
  id: number;
  /** Folder for all output of this run. */
  directory: string;
  sources: Sources;
  workTrees: WorkTrees;
  /** The started workflow and all it calls, by path. */
  workflows: ReadonlyMap<string, Workflow>;
  groups: ConcurrencyGroups;
  options: RunnerOptions;
  masker: Masker;
  issuer: () => Promise<TokenIssuer>;
  /** Whether a pull request of a fork started it: without secrets, identity tokens and permissions to write. */
  isOfFork: boolean;
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
