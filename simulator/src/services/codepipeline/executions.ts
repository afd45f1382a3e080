import type {
  ExecutionTrigger,
  PipelineExecutionSummary,
  StartPipelineExecutionInput,
} from "@aws-sdk/client-codepipeline";
import { callerArn } from "../../access-keys.ts";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import type { Caller, Service } from "../api.ts";
import type { CodePipelineController } from "./controller/controller.ts";
import { type Execution, isOver } from "./execution.ts";
import { addExecution } from "./new-execution.ts";
import { type CodePipelineState, find, findExecution } from "./state.ts";

/** Source: API reference, ListPipelineExecutions. */
const listSize = 100;

/** Input of an execution started by EventBridge: in process, with the rule. */
export interface StartByEvent extends StartPipelineExecutionInput {
  readonly trigger: ExecutionTrigger;
}

export function executionOperations(
  state: CodePipelineState,
  controller: CodePipelineController,
): Service<"codepipeline">["operations"] {
  return {
    startPipelineExecution(input, caller) {
      const record = find(state, input.name);
      const trigger = triggerOf(state, input, caller);
      const token = input.clientRequestToken;
      const known = record.executions.find(
        ({ requestToken }) => token !== undefined && requestToken === token,
      );
      if (known) return { pipelineExecutionId: known.id };
      const execution = addExecution(state, record, { ...input, trigger });
      controller.start(record, execution);
      return { pipelineExecutionId: execution.id };
    },
    stopPipelineExecution({ pipelineName, pipelineExecutionId, abandon = false, reason }) {
      refuseBroken("ValidationException", [["reason", reason, { length: [0, 200] }]]);
      const record = find(state, pipelineName);
      const execution = findExecution(record, pipelineExecutionId);
      refuseStop(execution, abandon);
      execution.stopRequest = { reason, abandon };
      execution.status = "Stopping";
      execution.updatedAt = state.environment.clock.now();
      controller.stop(record, execution);
      return { pipelineExecutionId: execution.id };
    },
    getPipelineExecution({ pipelineName, pipelineExecutionId }) {
      const record = find(state, pipelineName);
      const execution = findExecution(record, pipelineExecutionId);
      return { pipelineExecution: { pipelineName: record.name, ...describe(execution) } };
    },
    listPipelineExecutions({ pipelineName, maxResults = listSize, nextToken, filter }) {
      const { executions } = find(state, pipelineName);
      const stage = filter?.succeededInStage?.stageName;
      const chosen = executions.filter(
        ({ stages }) => stage === undefined || stages.get(stage)?.status === "Succeeded",
      );
      const code = "InvalidNextTokenException";
      const { items, next } = page(chosen.reverse(), { size: maxResults, token: nextToken, code });
      return { pipelineExecutionSummaries: items.map(summarize), nextToken: next };
    },
  };
}

function triggerOf(
  { environment }: CodePipelineState,
  input: StartPipelineExecutionInput | StartByEvent,
  { accessKeyId }: Caller,
): ExecutionTrigger {
  if ("trigger" in input && accessKeyId === "in-process") return input.trigger;
  return { triggerType: "StartPipelineExecution", triggerDetail: callerArn(environment, accessKeyId) };
}

function refuseStop(execution: Execution, abandon: boolean): void {
  if (isOver(execution))
    throw new AwsError(
      "PipelineExecutionNotStoppableException",
      `Unable to stop the pipeline execution ${execution.id}: it is not in progress, but ${execution.status}.`,
    );
  if (execution.stopRequest && (execution.stopRequest.abandon || !abandon))
    throw new AwsError(
      "DuplicatedStopRequestException",
      `The pipeline execution ${execution.id} is already in a Stopping state.`,
    );
}

function describe(execution: Execution) {
  const { declaration, revisions, variables, ...rest } = execution;
  return {
    pipelineVersion: declaration.version,
    pipelineExecutionId: rest.id,
    artifactRevisions: [...revisions.values()].map(({ artifactName: name, revisionId, ...revision }) => ({
      name,
      revisionId,
      revisionSummary: revision.summary,
      created: revision.created,
      revisionUrl: revision.url,
    })),
    variables: [...variables].map(([name, resolvedValue]) => ({ name, resolvedValue })),
    ...outcome(execution),
  };
}

function summarize(execution: Execution): PipelineExecutionSummary {
  const { revisions, stopRequest } = execution;
  return {
    pipelineExecutionId: execution.id,
    startTime: execution.startedAt,
    lastUpdateTime: execution.updatedAt,
    sourceRevisions: [...revisions].map(([actionName, { revisionId, summary, url }]) => ({
      actionName,
      revisionId,
      revisionSummary: summary,
      revisionUrl: url,
    })),
    ...(stopRequest ? { stopTrigger: { reason: stopRequest.reason } } : {}),
    ...outcome(execution),
  };
}

/** Returns the members shared by both descriptions of an execution. */
function outcome({ status, statusSummary, trigger, declaration, type, rollbackTarget }: Execution) {
  return {
    status,
    statusSummary,
    trigger,
    executionMode: declaration.executionMode,
    executionType: type,
    ...(rollbackTarget === undefined
      ? {}
      : { rollbackMetadata: { rollbackTargetPipelineExecutionId: rollbackTarget } }),
  };
}
