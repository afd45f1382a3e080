import type {
  ActionDeclaration,
  ActionExecutionStatus,
  ApprovalResult,
  ArtifactDetail,
  ErrorDetails,
  ExecutionTrigger,
  PipelineDeclaration,
  PipelineExecutionStatus,
  RetryStageMetadata,
  SourceRevisionOverride,
  StageExecutionStatus,
} from "@aws-sdk/client-codepipeline";

/** One run of a pipeline, from its start to its end, retries included. */
export interface Execution {
  readonly id: string;
  /** Token of the request that started it: the same request again starts nothing. */
  readonly requestToken?: string | undefined;
  /** Counts the executions of the pipeline: a later one has a higher number. */
  readonly number: number;
  /** As it was at the start. */
  readonly declaration: PipelineDeclaration;
  readonly trigger: ExecutionTrigger;
  readonly overrides: readonly SourceRevisionOverride[];
  readonly startedAt: Date;
  updatedAt: Date;
  status: PipelineExecutionStatus;
  statusSummary?: string | undefined;
  stopRequest?: { readonly reason: string | undefined; readonly abandon: boolean };
  /** 1, plus one for each retry. */
  attempt: number;
  /** Aborted when work in progress is abandoned; a retry gets a new one. */
  control: AbortController;
  /** By artifact name. */
  readonly artifacts: Map<string, ArtifactDetail>;
  /** By name of the source action. */
  readonly revisions: Map<string, SourceRevision>;
  /** Those that it has entered, by name. */
  readonly stages: Map<string, StageRun>;
}

export interface SourceRevision {
  readonly artifactName: string;
  readonly revisionId: string;
  readonly summary: string | undefined;
  readonly url: string | undefined;
  readonly created: Date | undefined;
}

export interface StageRun {
  status: StageExecutionStatus;
  retries: RetryStageMetadata;
}

/** One attempt at an action. */
export interface ActionRun {
  readonly id: string;
  readonly execution: Execution;
  readonly stage: string;
  readonly action: ActionDeclaration;
  readonly startedAt: Date;
  updatedAt: Date;
  updatedBy?: string | undefined;
  status: ActionExecutionStatus;
  summary?: string | undefined;
  externalExecutionId?: string | undefined;
  externalExecutionUrl?: string | undefined;
  error?: ErrorDetails | undefined;
  readonly inputs: ArtifactDetail[];
  readonly outputs: ArtifactDetail[];
  /** Set while it waits for an approval. */
  approval?: { readonly token: string; readonly decide: (result: ApprovalResult) => void } | undefined;
}

/** Executions that wait in front of a stage, and the one in it. */
export interface StagePlace {
  /** The execution that has locked the stage. */
  holder: Execution | undefined;
  /** The last execution that entered. */
  latest: Execution | undefined;
  readonly waiting: Waiter[];
}

export interface Waiter {
  readonly execution: Execution;
  enter(): void;
  turnAway(reason: Error): void;
}

/** Returns whether the status is final, unless a stage is retried. */
export function isOver({ status }: Execution): boolean {
  return status !== "InProgress" && status !== "Stopping";
}
