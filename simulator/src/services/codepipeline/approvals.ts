import { callerArn } from "../../access-keys.ts";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { type CodePipelineState, find, findStageIndex } from "./state.ts";

export function approvalOperations(state: CodePipelineState): Service<"codepipeline">["operations"] {
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
