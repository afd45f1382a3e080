import type {
  ActionDeclaration,
  ActionExecutionDetail,
  ActionState,
  StageState,
} from "@aws-sdk/client-codepipeline";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import type { ActionRun, Execution } from "./state.ts";
import { type CodePipelineState, find, latestRun, type PipelineRecord, pagerOf, placeOf } from "./state.ts";

export function pipelineStateOperations(state: CodePipelineState): Operations<"codepipeline"> {
  return {
    getPipelineState({ name }) {
      const record = find(state, name);
      return {
        pipelineName: record.name,
        pipelineVersion: record.declaration.version,
        stageStates: record.declaration.stages?.map(({ name: stageName = "", actions = [] }, index) => ({
          stageName,
          ...(index > 0 ? { inboundTransitionState: transition(record, stageName) } : {}),
          ...executionsOf(record, stageName),
          actionStates: actions.map((action) => actionState(record, stageName, action)),
        })),
        created: record.createdAt,
        updated: record.updatedAt,
      };
    },
  };
}

function executionsOf(record: PipelineRecord, stage: string): Partial<StageState> {
  const { latest, waiting } = placeOf(record, stage);
  const inbound = waiting.map(({ execution }) => ({
    pipelineExecutionId: execution.id,
    status: "InProgress" as const,
    type: "STANDARD" as const,
  }));
  const retries = latest?.stages.get(stage)?.retries;
  return {
    ...(inbound.length > 0 ? { inboundExecution: inbound.at(-1), inboundExecutions: inbound } : {}),
    ...(latest ? { latestExecution: stageExecution(latest, stage) } : {}),
    ...(retries?.latestRetryTrigger ? { retryStageMetadata: retries } : {}),
  };
}

function stageExecution(execution: Execution, stage: string): NonNullable<StageState["latestExecution"]> {
  const { id: pipelineExecutionId, stages } = execution;
  return { pipelineExecutionId, status: stages.get(stage)?.status ?? "InProgress", type: "STANDARD" };
}

function actionState(record: PipelineRecord, stage: string, action: ActionDeclaration): ActionState {
  const run = latestRun(record, stage, action.name);
  const revision = run?.execution.revisions.get(action.name ?? "");
  return {
    actionName: action.name,
    ...(revision && {
      currentRevision: {
        revisionId: revision.revisionId,
        revisionChangeId: undefined,
        created: revision.created,
      },
      revisionUrl: revision.url,
    }),
    ...(run && { latestExecution: actionExecution(run) }),
  };
}

function actionExecution(run: ActionRun): ActionState["latestExecution"] {
  return {
    actionExecutionId: run.id,
    status: run.status,
    summary: run.summary,
    lastStatusChange: run.updatedAt,
    token: run.approval?.token,
    lastUpdatedBy: run.updatedBy,
    externalExecutionId: run.externalExecutionId,
    externalExecutionUrl: run.externalExecutionUrl,
    errorDetails: run.error,
  };
}

function transition({ transitions }: PipelineRecord, stage: string): StageState["inboundTransitionState"] {
  const changed = transitions.get(stage);
  if (!changed) return { enabled: true };
  const { enabled, changedBy: lastChangedBy, changedAt: lastChangedAt, reason: disabledReason } = changed;
  return { enabled, lastChangedBy, lastChangedAt, disabledReason };
}

/** Source of the size: API reference, ListActionExecutions. */
const page = pagerOf(100);

export function actionExecutionOperations(state: CodePipelineState): Operations<"codepipeline"> {
  return {
    listActionExecutions(input) {
      const record = find(state, input.pipelineName);
      const { pipelineExecutionId: wanted, ...filter } = input.filter ?? {};
      refuseUnsupported("ValidationException", "the filter of ListActionExecutions", filter, []);
      const chosen = record.actionRuns
        .filter(({ execution }) => wanted === undefined || execution.id === wanted)
        .reverse();
      const { items, nextToken } = page(chosen, input);
      return { actionExecutionDetails: items.map((run) => describeAction(state, run)), nextToken };
    },
  };
}

function describeAction({ environment }: CodePipelineState, run: ActionRun): ActionExecutionDetail {
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
    },
  };
}
