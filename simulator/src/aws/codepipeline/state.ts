import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";

/** Whether executions may go on into a stage. */
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
  /** By stage; a stage that is not here was never disabled. */
  readonly transitions: Map<string, Transition>;
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

export function pipelineArn({ environment: { region, accountId } }: CodePipelineState, name: string): string {
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

export function invalidStructure(message: string): AwsError {
  return new AwsError("InvalidStructureException", message);
}

export function invalidAction(message: string): AwsError {
  return new AwsError("InvalidActionDeclarationException", message);
}
