import {
  type PipelineDeclaration,
  type SourceRevisionOverride,
  StartPipelineExecutionCommand,
} from "@aws-sdk/client-codepipeline";
import type { FollowContext } from "./context.ts";
import { findExecution } from "./find-execution.ts";
import type { Following } from "./following.ts";
import { keepHandle } from "./keep-handle.ts";
import { notStarted } from "./not-started.ts";
import type { WantedSource } from "./pipeline.ts";

/** Records the id of the execution to follow: the given one, the one found, or one that is started now. */
export async function settleExecution(following: Following, declaration: PipelineDeclaration): Promise<void> {
  const { context, inputs, record, wanted, deadlineAt } = following;
  const { target, start, pipeline, waitForStartMs } = inputs;
  if ("executionId" in target) {
    record.executionId = target.executionId;
    return;
  }
  if (start !== "always") {
    const { execution, history } = await findExecution(context, {
      pipeline,
      wanted,
      waitForStartMs,
      deadlineAt,
    });
    if (execution) {
      record.executionId = execution.id;
      keepHandle(following);
      const { type, detail } = execution.trigger;
      context.log.info(`Found execution ${execution.id} (${[type, detail].filter(Boolean).join(" ")}).`);
      return;
    }
    const silence = notStarted({ pipeline, wanted, waitedMs: waitForStartMs, history });
    if (start === "never") {
      record.status = "not-started";
      throw silence;
    }
    record.notes.push(`${silence.message}; this step started it.`);
    context.log.warning(`${silence.message}. Starting it.`);
  }
  record.executionId = await startExecution(context, declaration, wanted);
  record.started = true;
  keepHandle(following);
  context.log.info(`Started execution ${record.executionId}.`);
}

/**
 * Starts an execution and returns its id. A pipeline of type V2 gets the revisions to take, so that a branch or tag
 * that moves meanwhile changes nothing; one of type V1 takes the newest.
 */
async function startExecution(
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
