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
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { trustsService } from "../sts/trust.ts";

/** Whether executions may continue into a stage. */
export interface Transition {
  readonly enabled: boolean;
  readonly changedBy: string;
  readonly changedAt: Date;
  readonly reason: string | undefined;
}

export interface PipelineRecord {
  readonly name: string;
  /** With all defaults filled in; its version counts the updates. */
  declaration: PipelineDeclaration;
  readonly createdAt: Date;
  updatedAt: Date;
  /** By stage; a missing stage was never disabled. */
  readonly transitions: Map<string, Transition>;
  /** Oldest first, as are the attempts at actions. */
  readonly executions: Execution[];
  readonly actionRuns: ActionRun[];
  /** By stage. */
  readonly places: Map<string, StagePlace>;
  readonly tags: Map<string, string>;
}

export interface CodePipelineState {
  readonly environment: Environment;
  /** By name. */
  readonly pipelines: Map<string, PipelineRecord>;
}

export function createCodePipelineState(environment: Environment): CodePipelineState {
  return { environment, pipelines: new Map() };
}

export function pipelineArn(
  { environment: { region, accountId } }: Pick<CodePipelineState, "environment">,
  name: string,
): string {
  return `arn:aws:codepipeline:${region}:${accountId}:${name}`;
}

/** Returns how a list is divided into pages of at most so many items. */
export const pagerOf = (standard: number) =>
  pager({
    size: "maxResults",
    token: "nextToken",
    standard,
    code: "InvalidNextTokenException",
    invalid: "ValidationException",
  });

/** Throws PipelineNotFoundException. */
export function find(
  { pipelines, environment }: CodePipelineState,
  name: string | undefined,
): PipelineRecord {
  const found = pipelines.get(name ?? "");
  if (found) return found;
  throw new AwsError(
    "PipelineNotFoundException",
    `Account '${environment.accountId}' does not have a pipeline with name '${name}'`,
  );
}

/** Throws PipelineExecutionNotFoundException. */
export function findExecution({ name, executions }: PipelineRecord, id: string | undefined): Execution {
  const found = executions.find((each) => each.id === id);
  if (found) return found;
  throw new AwsError(
    "PipelineExecutionNotFoundException",
    `Cannot find execution with execution id '${id}' for pipeline with name '${name}'`,
  );
}

/** The stage's position. Throws StageNotFoundException. */
export function findStageIndex({ name, declaration }: PipelineRecord, stage: string | undefined): number {
  const names = declaration.stages?.map((each) => each.name) ?? [];
  const index = names.indexOf(stage);
  if (index >= 0) return index;
  throw new AwsError(
    "StageNotFoundException",
    `Stage '${stage}' does not exist in pipeline '${name}', whose stages are ${names.join(", ")}`,
  );
}

/** Returns the state of a stage's executions, creating it at first use. */
export function placeOf({ places }: PipelineRecord, stage: string): StagePlace {
  const found = places.get(stage) ?? { holder: undefined, latest: undefined, waiting: [] };
  places.set(stage, found);
  return found;
}

/** The last attempt at an action, by this execution where one is given. */
export function latestRun(
  { actionRuns }: PipelineRecord,
  stage: string | undefined,
  action: string | undefined,
  execution?: Execution,
): ActionRun | undefined {
  return actionRuns.findLast(
    (run) =>
      run.stage === stage &&
      run.action.name === action &&
      (execution === undefined || run.execution === execution),
  );
}

export const invalidStructure = errorWith("InvalidStructureException");

export const invalidAction = errorWith("InvalidActionDeclarationException");

/**
 * Throws the error that `refusal` makes of CodePipeline's message unless CodePipeline may assume the role.
 */
export async function assumePipelineRole(
  environment: Environment,
  roleArn: string,
  refusal: (message: string) => Error,
): Promise<void> {
  if (!(await trustsService(environment, roleArn, "codepipeline.amazonaws.com")))
    throw refusal(`CodePipeline is not authorized to perform AssumeRole on role ${roleArn}`);
}

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

interface SourceRevision {
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
interface StagePlace {
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
