import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Aws } from "../api.ts";
import { findTrustingRole } from "../sts/trust.ts";
import type { ActionRun, Execution, StagePlace } from "./execution.ts";

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

export function invalidStructure(message: string): AwsError {
  return new AwsError("InvalidStructureException", message);
}

export function invalidAction(message: string): AwsError {
  return new AwsError("InvalidActionDeclarationException", message);
}

/**
 * Throws the error that `refusal` makes of CodePipeline's message unless CodePipeline may assume the role, whose
 * permissions are not checked.
 */
export async function assumePipelineRole(
  aws: Aws,
  roleArn: string,
  refusal: (message: string) => Error,
): Promise<void> {
  await findTrustingRole(
    aws,
    roleArn,
    "sts:AssumeRole",
    (type, principal) => type === "Service" && principal === "codepipeline.amazonaws.com",
  ).catch(() => {
    throw refusal(`CodePipeline is not authorized to perform AssumeRole on role ${roleArn}`);
  });
}
