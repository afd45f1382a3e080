import {
  type PipelineDeclaration,
  type SourceRevisionOverride,
  StartPipelineExecutionCommand,
} from "@aws-sdk/client-codepipeline";
import type { World } from "./clients.ts";
import type { WantedSource } from "./pipeline.ts";

/**
 * Starts an execution and answers its id. A pipeline of type V2 is told which revisions to take, so that a branch or tag
 * that moves on meanwhile changes nothing; one of type V1 takes the newest.
 */
export async function startExecution(
  { clients }: World,
  { name, pipelineType }: PipelineDeclaration,
  wanted: readonly WantedSource[],
): Promise<string> {
  const sourceRevisions = pipelineType === "V2" ? wanted.flatMap(overrideFor) : [];
  const command = new StartPipelineExecutionCommand({
    name,
    ...(sourceRevisions.length > 0 && { sourceRevisions }),
  });
  // Not abortable: an answer that is thrown away would leave an execution nobody follows.
  const { pipelineExecutionId = "" } = await clients.codepipeline.send(command);
  return pipelineExecutionId;
}

/** None where several sources could bring it: what they really took is looked at anyway. */
function overrideFor({ kind, revision, actions }: WantedSource): SourceRevisionOverride[] {
  const [actionName, ...others] = actions;
  if (actionName === undefined || others.length > 0) return [];
  const revisionType = kind === "commit" ? "COMMIT_ID" : "IMAGE_DIGEST";
  return [{ actionName, revisionType, revisionValue: revision }];
}
