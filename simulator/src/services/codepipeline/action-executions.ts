import type { ActionExecutionDetail, ActionExecutionFilter } from "@aws-sdk/client-codepipeline";
import { page } from "../../kit/page.ts";
import type { Service } from "../api.ts";
import type { ActionRun } from "./execution.ts";
import { type CodePipelineState, find, latestRun, type PipelineRecord } from "./state.ts";

/** Source: API reference, ListActionExecutions. */
const listSize = 100;

export function actionExecutionOperations(state: CodePipelineState): Service<"codepipeline">["operations"] {
  return {
    listActionExecutions({ pipelineName, filter, maxResults = listSize, nextToken }) {
      const record = find(state, pipelineName);
      const chosen = record.actionRuns.filter((run) => isWanted(record, run, filter)).reverse();
      const code = "InvalidNextTokenException";
      const { items, next } = page(chosen, { size: maxResults, token: nextToken, code });
      return { actionExecutionDetails: items.map((run) => describe(state, run)), nextToken: next };
    },
  };
}

function isWanted(
  record: PipelineRecord,
  run: ActionRun,
  filter: ActionExecutionFilter | undefined,
): boolean {
  const { pipelineExecutionId, latestInPipelineExecution: latest } = filter ?? {};
  const wanted = pipelineExecutionId ?? latest?.pipelineExecutionId;
  if (wanted !== undefined && run.execution.id !== wanted) return false;
  if (latest?.startTimeRange !== "Latest") return true;
  return latestRun(record, run.stage, run.action.name, run.execution) === run;
}

function describe({ environment }: CodePipelineState, run: ActionRun): ActionExecutionDetail {
  const { action, execution } = run;
  return {
    pipelineExecutionId: execution.id,
    actionExecutionId: run.id,
    pipelineVersion: execution.declaration.version,
    stageName: run.stage,
    actionName: action.name,
    startTime: run.startedAt,
    lastUpdateTime: run.updatedAt,
    updatedBy: run.updatedBy,
    status: run.status,
    input: {
      actionTypeId: action.actionTypeId,
      configuration: action.configuration,
      resolvedConfiguration: run.resolvedConfiguration,
      roleArn: action.roleArn,
      region: environment.region,
      inputArtifacts: run.inputs,
      namespace: action.namespace,
    },
    output: {
      outputArtifacts: run.outputs,
      executionResult: {
        externalExecutionId: run.externalExecutionId,
        externalExecutionSummary: run.summary,
        externalExecutionUrl: run.externalExecutionUrl,
        errorDetails: run.error,
      },
      outputVariables: run.outputVariables,
    },
  };
}
