import { callerArn } from "../../access-keys.ts";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import type { CodePipelineController } from "./controller/controller.ts";
import { type Execution, isOver } from "./execution.ts";
import { addRollback } from "./new-execution.ts";
import {
  type CodePipelineState,
  find,
  findExecution,
  findStageIndex,
  type PipelineRecord,
  placeOf,
} from "./state.ts";

/** Retries of stages that failed or were stopped, and rollbacks of stages to an earlier execution. */
export function retryOperations(
  state: CodePipelineState,
  controller: CodePipelineController,
): Service<"codepipeline">["operations"] {
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
      controller.retry(record, execution, index, { mode: retryMode, trigger: "ManualStageRetry" });
      return { pipelineExecutionId: execution.id };
    },
    rollbackStage({ pipelineName, stageName = "", targetPipelineExecutionId }, { accessKeyId }) {
      const record = find(state, pipelineName);
      const index = findStageIndex(record, stageName);
      const target = findExecution(record, targetPipelineExecutionId);
      refuseRollback(record, { name: stageName, index }, target);
      const triggerDetail = callerArn(state.environment, accessKeyId);
      const trigger = { triggerType: "ManualRollback", triggerDetail } as const;
      const execution = addRollback(state, record, target, trigger);
      controller.rollBack(record, execution, index);
      return { pipelineExecutionId: execution.id };
    },
  };
}

/** Rolls the failed stage back to its last successful execution, if the stage's configuration requests it. */
export function rollBackFailure(
  state: CodePipelineState,
  controller: CodePipelineController,
  record: PipelineRecord,
  failed: Execution,
): void {
  if (failed.status !== "Failed" || failed.type === "ROLLBACK") return;
  const stages = failed.declaration.stages ?? [];
  const index = stages.findIndex(
    ({ name = "", onFailure }) =>
      onFailure?.result === "ROLLBACK" && failed.stages.get(name)?.status === "Failed",
  );
  const name = stages[index]?.name ?? "";
  const target = record.executions.findLast(
    (each) =>
      each.type === "STANDARD" &&
      each.stages.get(name)?.status === "Succeeded" &&
      each.declaration.version === record.declaration.version,
  );
  if (index < 0 || !target) return;
  const trigger = { triggerType: "AutomatedRollback", triggerDetail: failed.id } as const;
  controller.rollBack(record, addRollback(state, record, target, trigger), index);
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
  if (execution.declaration.executionMode !== "PARALLEL" && latest !== execution)
    throw new AwsError(
      "NotLatestPipelineExecutionException",
      `The stage '${stage}' was entered by a later execution, ${latest?.id}: ${execution.id} is out of date.`,
    );
  if (!isOver(execution) || holder) throw notRetryable("it is still running");
  if (execution.declaration.version !== record.declaration.version)
    throw notRetryable("the pipeline was changed meanwhile");
}

function refuseRollback(
  record: PipelineRecord,
  { name, index }: { name: string; index: number },
  target: Execution,
): void {
  const unable = (why: string) =>
    new AwsError("UnableToRollbackStageException", `Unable to roll back the stage '${name}': ${why}.`);
  if (index === 0) throw unable("it is the source stage");
  if (record.declaration.executionMode === "PARALLEL") throw unable("the pipeline is in the mode PARALLEL");
  if (target.declaration.version !== record.declaration.version)
    throw new AwsError(
      "PipelineExecutionOutdatedException",
      `The execution ${target.id} is outdated: the pipeline was changed since.`,
    );
  if (target.type === "ROLLBACK") throw unable(`execution ${target.id} is a rollback itself`);
  if (target.stages.get(name)?.status !== "Succeeded")
    throw unable(`execution ${target.id} did not succeed in it`);
  if (placeOf(record, name).holder) throw unable("it is running");
}
