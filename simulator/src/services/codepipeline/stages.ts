import { callerArn } from "../../access-keys.ts";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import type { CodePipelineController } from "./controller/controller.ts";
import {
  type CodePipelineState,
  type Execution,
  find,
  findExecution,
  findStageIndex,
  isOver,
  type PipelineRecord,
  placeOf,
  type Transition,
} from "./state.ts";

interface TransitionInput {
  pipelineName: string | undefined;
  stageName: string | undefined;
  transitionType: string | undefined;
}

/** Transitions, which hold executions in front of a stage while they are disabled. */
export function stageOperations(
  state: CodePipelineState,
  controller: CodePipelineController,
): Operations<"codepipeline"> {
  return {
    disableStageTransition(input, { accessKeyId }) {
      const { record, stage } = findStage(state, input);
      // Source: API model, DisabledReason.
      const reason = { pattern: "[a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]+", length: [1, 300] } as const;
      refuseBroken("ValidationException", [["reason", input.reason, reason]]);
      record.transitions.set(stage, change(state, accessKeyId, input.reason));
      return {};
    },
    enableStageTransition(input, { accessKeyId }) {
      const { record, stage } = findStage(state, input);
      record.transitions.set(stage, change(state, accessKeyId));
      controller.open(record, stage);
      return {};
    },
  };
}

function change({ environment }: CodePipelineState, accessKeyId: string, reason?: string): Transition {
  const changedBy = callerArn(environment, accessKeyId);
  return { enabled: reason === undefined, changedBy, changedAt: environment.clock.now(), reason };
}

function findStage(
  state: CodePipelineState,
  { pipelineName, stageName, transitionType }: TransitionInput,
): { record: PipelineRecord; stage: string } {
  refuseBroken("ValidationException", [
    ["transitionType", transitionType, { values: ["Inbound", "Outbound"] }],
  ]);
  const record = find(state, pipelineName);
  // Between two stages there is one transition: out of the first, into the second.
  const position = findStageIndex(record, stageName) + (transitionType === "Outbound" ? 1 : 0);
  const into = record.declaration.stages?.[position]?.name;
  if (position === 0 || into === undefined)
    throw new AwsError(
      "ValidationException",
      `No transition leads ${transitionType === "Inbound" ? "into" : "out of"} the stage '${stageName}' of pipeline '${pipelineName}'`,
    );
  return { record, stage: into };
}

export function approvalOperations(state: CodePipelineState): Operations<"codepipeline"> {
  return {
    putApprovalResult({ pipelineName, stageName, actionName, result, token }, { accessKeyId }) {
      const { status, summary } = result ?? {};
      refuseBroken("ValidationException", [
        ["result.status", status, { values: ["Approved", "Rejected"] }],
        ["result.summary", summary, { length: [0, 512] }],
      ]);
      const record = find(state, pipelineName);
      const stage = record.declaration.stages?.[findStageIndex(record, stageName)];
      if (!stage?.actions?.some(({ name }) => name === actionName))
        throw new AwsError(
          "ActionNotFoundException",
          `The stage '${stageName}' has no action '${actionName}', but ${stage?.actions?.map(({ name }) => name).join(", ")}.`,
        );
      const run = record.actionRuns.findLast(
        (each) =>
          each.stage === stageName && each.action.name === actionName && each.approval?.token === token,
      );
      if (!run?.approval || !status)
        throw new AwsError(
          "InvalidApprovalTokenException",
          "The approval request already received a response or has expired.",
        );
      const { decide } = run.approval;
      run.approval = undefined;
      run.updatedBy = callerArn(state.environment, accessKeyId);
      decide({ status, summary: summary ?? "" });
      return { approvedAt: state.environment.clock.now() };
    },
  };
}

/** Retries of stages that failed or were stopped. */
export function retryOperations(
  state: CodePipelineState,
  controller: CodePipelineController,
): Operations<"codepipeline"> {
  return {
    retryStageExecution({ pipelineName, stageName = "", pipelineExecutionId, retryMode = "FAILED_ACTIONS" }) {
      const modes = ["FAILED_ACTIONS", "ALL_ACTIONS"];
      refuseBroken("ValidationException", [["retryMode", retryMode, { values: modes }]]);
      const record = find(state, pipelineName);
      const index = findStageIndex(record, stageName);
      const execution = findExecution(record, pipelineExecutionId);
      refuseRetry(record, stageName, execution);
      Object.assign(execution, {
        status: "InProgress",
        stopRequest: undefined,
        control: new AbortController(),
      });
      execution.attempt++;
      execution.updatedAt = state.environment.clock.now();
      controller.retry(record, execution, index, retryMode);
      return { pipelineExecutionId: execution.id };
    },
  };
}

function refuseRetry(record: PipelineRecord, stage: string, execution: Execution): void {
  const { latest, holder } = placeOf(record, stage);
  const status = execution.stages.get(stage)?.status;
  const notRetryable = (why: string) =>
    new AwsError(
      "StageNotRetryableException",
      `Unable to retry the stage '${stage}' of execution ${execution.id}: ${why}.`,
    );
  if (status !== "Failed" && status !== "Stopped")
    throw notRetryable(`it has no failed or stopped actions, it is ${status ?? "not reached"}`);
  if (latest !== execution)
    throw new AwsError(
      "NotLatestPipelineExecutionException",
      `The stage '${stage}' was entered by a later execution, ${latest?.id}: ${execution.id} is out of date.`,
    );
  if (!isOver(execution) || holder) throw notRetryable("it is still running");
  if (execution.declaration.version !== record.declaration.version)
    throw notRetryable("the pipeline was changed meanwhile");
}
