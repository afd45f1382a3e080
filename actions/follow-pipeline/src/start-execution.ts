import {
  type PipelineDeclaration,
  type SourceRevisionOverride,
  StartPipelineExecutionCommand,
} from "@aws-sdk/client-codepipeline";
import type { FollowContext } from "./context.ts";
import type { WantedSource } from "./pipeline.ts";

/**
 * Starts an execution and returns its id. A pipeline of type V2 gets the revisions to take, so that a branch or tag
 * that moves meanwhile changes nothing; one of type V1 takes the newest.
 */
export async function startExecution(
  { clients }: FollowContext,
  { name, pipelineType }: PipelineDeclaration,
  wanted: readonly WantedSource[],
): Promise<string> {
  const sourceRevisions = pipelineType === "V2" ? wanted.flatMap(overrideFor) : [];
  const command = new StartPipelineExecutionCommand({
    name,
    ...(sourceRevisions.length > 0 && { sourceRevisions }),
  });
  // Not abortable: a discarded response would leave an execution that nobody follows.
  const { pipelineExecutionId = "" } = await clients.codepipeline.send(command);
  return pipelineExecutionId;
}

/** Returns none where several sources could bring it: the revisions that they took are checked anyway. */
function overrideFor({ kind, revision, actions }: WantedSource): SourceRevisionOverride[] {
  const [actionName, ...others] = actions;
  if (actionName === undefined || others.length > 0) return [];
  const revisionType = kind === "commit" ? "COMMIT_ID" : "IMAGE_DIGEST";
  return [{ actionName, revisionType, revisionValue: revision }];
}
